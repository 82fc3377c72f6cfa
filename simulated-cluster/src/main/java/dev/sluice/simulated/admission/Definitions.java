package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Rules for CustomResourceDefinitions. */
public final class Definitions {
  /** Finalizer that keeps a definition until its resources are deleted. */
  public static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

  private Definitions() {}

  static void fill(ObjectNode definition) {
    ObjectNode spec = definition.withObject("/spec");
    ObjectNode names = spec.withObject("/names");
    String kind = names.path("kind").asText();
    if (!names.has("singular")) {
      names.put("singular", kind.toLowerCase(Locale.ROOT));
    }
    if (!names.has("listKind")) {
      names.put("listKind", kind + "List");
    }
    if (!spec.has("conversion")) {
      spec.putObject("conversion").put("strategy", "None");
    }
  }

  static void check(ObjectNode definition, Problems problems) {
    JsonNode spec = definition.path("spec");
    String expected = spec.at("/names/plural").asText() + "." + spec.path("group").asText();
    String name = definition.at("/metadata/name").asText();
    if (!name.equals(expected)) {
      problems.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
    }
    if (!List.of("Namespaced", "Cluster").contains(spec.path("scope").asText())) {
      problems.unsupported(
          "spec.scope", spec.path("scope").asText(), List.of("Cluster", "Namespaced"));
    }
    long storing =
        spec.path("versions").valueStream().filter(v -> v.path("storage").asBoolean()).count();
    if (storing != 1) {
      problems.invalid(
          "spec.versions",
          spec.path("versions"),
          "must have exactly one version marked as storage version");
    }
    for (int i = 0; i < spec.path("versions").size(); i++) {
      if (!spec.path("versions").path(i).path("schema").has("openAPIV3Schema")) {
        problems.required(
            "spec.versions[" + i + "].schema.openAPIV3Schema", "schemas are required");
      }
    }
  }

  /** Returns the unsupported feature that a definition uses, if any. */
  public static Optional<String> unsupported(JsonNode definition) {
    JsonNode spec = definition.path("spec");
    if (spec.at("/conversion/strategy").asText().equals("Webhook")) {
      return Optional.of("conversion webhooks of CustomResourceDefinitions");
    }
    if (usesRules(spec.path("versions"))) {
      return Optional.of("x-kubernetes-validations (CEL rules) in CustomResourceDefinitions");
    }
    for (JsonNode version : spec.path("versions")) {
      if (version.path("subresources").has("scale")) {
        return Optional.of("the scale subresource of custom resources");
      }
      if (!version.path("selectableFields").isEmpty()) {
        return Optional.of("selectableFields of CustomResourceDefinitions");
      }
    }
    return Optional.empty();
  }

  private static boolean usesRules(JsonNode node) {
    if (node.has("x-kubernetes-validations")) {
      return true;
    }
    return node.valueStream().anyMatch(Definitions::usesRules);
  }

  /** Sets the status of a new definition: without conditions and accepted names. */
  public static void begin(ObjectNode definition) {
    ObjectNode status = definition.putObject("status");
    status.putNull("conditions");
    status.putObject("acceptedNames").put("plural", "").put("kind", "");
    for (JsonNode version : definition.path("spec").path("versions")) {
      if (version.path("storage").asBoolean()) {
        status.withArray("/storedVersions").add(version.path("name").asText());
      }
    }
  }

  /** Returns whether a definition has no conditions yet. */
  public static boolean isNew(JsonNode definition) {
    return definition.path("status").path("conditions").isEmpty();
  }

  /** Sets the status conditions for accepted names and served resources. */
  public static void establish(ObjectNode definition, String now) {
    JsonNode spec = definition.path("spec");
    ObjectNode status = definition.withObject("/status");
    status.set("acceptedNames", spec.path("names").deepCopy());
    ArrayNode stored = status.withArray("/storedVersions");
    for (JsonNode version : spec.path("versions")) {
      boolean known =
          stored.valueStream().anyMatch(s -> s.asText().equals(version.path("name").asText()));
      if (version.path("storage").asBoolean() && !known) {
        stored.add(version.path("name").asText());
      }
    }
    if (status.path("conditions").isEmpty()) {
      ArrayNode conditions = status.putArray("conditions");
      condition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found", now);
      condition(
          conditions,
          "Established",
          "InitialNamesAccepted",
          "the initial names have been accepted",
          now);
    }
  }

  private static void condition(
      ArrayNode conditions, String type, String reason, String message, String now) {
    conditions
        .addObject()
        .put("type", type)
        .put("status", "True")
        .put("lastTransitionTime", now)
        .put("reason", reason)
        .put("message", message);
  }
}
