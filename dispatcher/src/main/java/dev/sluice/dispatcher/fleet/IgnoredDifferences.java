package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.IgnoredDifference;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reader of the {@code ignoreDifferences} of a policy. */
final class IgnoredDifferences {

  private static final String FIELD = "ignoreDifferences";
  private static final int MOST = 100;
  private static final Pattern INVALID_ESCAPE = Pattern.compile("~(?![01])");

  private IgnoredDifferences() {}

  static List<IgnoredDifference> read(Fields policy) {
    List<Fields> items = policy.list(FIELD);
    if (items.size() > MOST) {
      policy.problem(FIELD, "has %d rules, and %d are allowed".formatted(items.size(), MOST));
      return List.of();
    }
    return items.stream().map(IgnoredDifferences::rule).flatMap(Optional::stream).toList();
  }

  private static Optional<IgnoredDifference> rule(Fields fields) {
    String group = fields.text("group").orElse("");
    Optional<String> kind = fields.required("kind", IgnoredDifferences::kind);
    Optional<String> name = fields.text("name", IgnoredDifferences::name);
    Optional<String> namespace = fields.text("namespace");
    List<String> pointers = fields.texts("jsonPointers", IgnoredDifferences::pointer);
    List<String> managers = fields.texts("managedFieldsManagers", IgnoredDifferences::manager);
    fields.refuseUnknown();
    if (!fields.has("jsonPointers") && !fields.has("managedFieldsManagers")) {
      fields.problem(
          FleetRule.MISSING_FIELD,
          "",
          "at least one of jsonPointers and managedFieldsManagers is required");
    }
    return kind.isEmpty() || (pointers.isEmpty() && managers.isEmpty())
        ? Optional.empty()
        : Optional.of(
            new IgnoredDifference(group, kind.get(), name, namespace, pointers, managers));
  }

  private static String kind(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must be a kind, or * for any");
    }
    return text;
  }

  private static String name(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must be the name of an object: leave it out for any");
    }
    return text;
  }

  private static String pointer(String text) {
    if (!text.startsWith("/") || INVALID_ESCAPE.matcher(text).find()) {
      throw new IllegalArgumentException(
          "must be a JSON pointer (RFC 6901) such as /spec/replicas, with ~1 for a slash in a key");
    }
    if (text.equals("/")) {
      throw new IllegalArgumentException("names a field without a name");
    }
    return text;
  }

  private static String manager(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must be the name of a field manager");
    }
    return text;
  }
}
