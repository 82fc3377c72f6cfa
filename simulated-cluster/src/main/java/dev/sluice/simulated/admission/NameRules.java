package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for names, labels and annotations. */
final class NameRules {
  private static final String SUBDOMAIN =
      "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String SERVICE = "[a-z]([-a-z0-9]*[a-z0-9])?";
  private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  private static final String VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
  private static final Pattern SUBDOMAIN_PATTERN = Pattern.compile(SUBDOMAIN);
  private static final Pattern LABEL_PATTERN = Pattern.compile(LABEL);
  private static final Pattern SERVICE_PATTERN = Pattern.compile(SERVICE);
  private static final Pattern QUALIFIED_PATTERN = Pattern.compile(QUALIFIED);
  private static final Pattern VALUE_PATTERN = Pattern.compile(VALUE);
  private static final Pattern DATA_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
  private static final Set<String> PATH_SEGMENTS =
      Set.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding");

  private NameRules() {}

  static void metadata(String kind, JsonNode metadata, Problems problems) {
    name(kind, metadata.path("name").asText(), problems);
    metadata
        .path("labels")
        .properties()
        .forEach(
            e -> {
              key("metadata.labels", e.getKey(), problems);
              labelValue("metadata.labels", e.getValue().asText(), problems);
            });
    metadata
        .path("annotations")
        .fieldNames()
        .forEachRemaining(key -> key("metadata.annotations", key, problems));
    for (JsonNode finalizer : metadata.path("finalizers")) {
      key("metadata.finalizers", finalizer.asText(), problems);
    }
  }

  private static void name(String kind, String name, Problems problems) {
    if (name.isEmpty()) {
      problems.required("metadata.name", "name or generateName is required");
    } else if (PATH_SEGMENTS.contains(kind)) {
      if (name.contains("/") || name.contains("%") || name.equals(".") || name.equals("..")) {
        problems.invalid("metadata.name", name, "may not contain '/' or '%'");
      }
    } else if (kind.equals("Namespace")) {
      label("metadata.name", name, problems);
    } else if (kind.equals("Service")) {
      if (!SERVICE_PATTERN.matcher(name).matches() || name.length() > 63) {
        problems.invalid(
            "metadata.name",
            name,
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with"
                + " an alphabetic character, and end with an alphanumeric character (e.g."
                + " 'my-name',  or 'abc-123', regex used for validation is '"
                + SERVICE
                + "')");
      }
    } else {
      subdomain("metadata.name", name, problems);
    }
  }

  static void subdomain(String field, String name, Problems problems) {
    if (name.length() > 253) {
      problems.invalid(field, name, "must be no more than 253 characters");
    } else if (!SUBDOMAIN_PATTERN.matcher(name).matches()) {
      problems.invalid(
          field,
          name,
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-'"
              + " or '.', and must start and end with an alphanumeric character (e.g."
              + " 'example.com', regex used for validation is '"
              + SUBDOMAIN
              + "')");
    }
  }

  static void label(String field, String name, Problems problems) {
    if (name.length() > 63) {
      problems.invalid(field, name, "must be no more than 63 characters");
    } else if (!LABEL_PATTERN.matcher(name).matches()) {
      problems.invalid(
          field,
          name,
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-',"
              + " and must start and end with an alphanumeric character (e.g. 'my-name',  or"
              + " '123-abc', regex used for validation is '"
              + LABEL
              + "')");
    }
  }

  /** Validates a qualified name: an optional DNS prefix with a slash, then a short name. */
  static void key(String field, String key, Problems problems) {
    int slash = key.indexOf('/');
    String name = key.substring(slash + 1);
    if (slash >= 0 && !SUBDOMAIN_PATTERN.matcher(key.substring(0, slash)).matches()) {
      problems.invalid(
          field,
          key,
          "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
              + " characters, '-' or '.', and must start and end with an alphanumeric character"
              + " (e.g. 'example.com', regex used for validation is '"
              + SUBDOMAIN
              + "')");
    }
    if (name.length() > 63) {
      problems.invalid(field, key, "name part must be no more than 63 characters");
    }
    if (!QUALIFIED_PATTERN.matcher(name).matches()) {
      problems.invalid(
          field,
          key,
          "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and"
              + " end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc',"
              + " regex used for validation is '"
              + QUALIFIED
              + "')");
    }
  }

  static void labelValue(String field, String value, Problems problems) {
    if (value.length() > 63) {
      problems.invalid(field, value, "must be no more than 63 characters");
    }
    if (!VALUE_PATTERN.matcher(value).matches()) {
      problems.invalid(
          field,
          value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or"
              + " '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or"
              + " 'my_value',  or '12345', regex used for validation is '"
              + VALUE
              + "')");
    }
  }

  static void dataKey(String field, String key, Problems problems) {
    if (!DATA_KEY.matcher(key).matches()) {
      problems.invalid(
          field + "[" + key + "]",
          key,
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g."
              + " 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is"
              + " '[-._a-zA-Z0-9]+')");
    }
  }
}
