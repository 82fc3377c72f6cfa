package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Checks for changes of immutable fields. */
final class Immutability {
  private static final String IMMUTABLE = "field is immutable";
  private static final String WHEN_SET = "field is immutable when `immutable` is set";
  private static final List<String> STATEFUL_SET =
      List.of("volumeClaimTemplates", "serviceName", "podManagementPolicy");

  private Immutability() {}

  static void check(String kind, JsonNode live, JsonNode object, Problems problems) {
    switch (kind) {
      case "ConfigMap" -> sealed(live, object, problems, "data", "binaryData");
      case "Secret" -> {
        same("/type", "type", live, object, problems);
        sealed(live, object, problems, "data");
      }
      case "Deployment", "ReplicaSet", "DaemonSet" -> selector(live, object, problems);
      case "StatefulSet" -> {
        selector(live, object, problems);
        for (String field : STATEFUL_SET) {
          same("/spec/" + field, "spec." + field, live, object, problems);
        }
      }
      case "Job" -> {
        same("/spec/completions", "spec.completions", live, object, problems);
        selector(live, object, problems);
        same("/spec/template", "spec.template", live, object, problems);
        JobStatus.check(live, object, problems);
      }
      case "Service" -> {
        if (!live.at("/spec/clusterIP").asText().isEmpty()
            && !live.at("/spec/type").asText().equals("ExternalName")
            && !object.at("/spec/type").asText().equals("ExternalName")) {
          JsonNode address = object.at("/spec/clusterIP");
          if (!live.at("/spec/clusterIP").equals(address)) {
            problems.invalidLiteral(
                "spec.clusterIPs[0]", "[" + address + "]", "may not change once set");
          }
        }
      }
      case "RoleBinding", "ClusterRoleBinding" -> {
        JsonNode role = object.path("roleRef");
        if (!live.path("roleRef").equals(role)) {
          problems.invalidLiteral(
              "roleRef",
              "{\"APIGroup\":%s,\"Kind\":%s,\"Name\":%s}"
                  .formatted(role.path("apiGroup"), role.path("kind"), role.path("name")),
              IMMUTABLE);
        }
      }
      case "Event" -> {
        // the core group still accepts such changes
        if (object.path("apiVersion").asText().equals("events.k8s.io/v1")) {
          same("/note", "message", live, object, problems);
          for (String field :
              List.of("reason", "type", "action", "reportingController", "reportingInstance")) {
            same("/" + field, field, live, object, problems);
          }
        }
      }
      case "ControllerRevision" -> same("/data", "data", live, object, problems);
      case "PersistentVolumeClaim" -> claim(live, object, problems);
      case "CustomResourceDefinition" -> {
        for (String field : List.of("group", "scope")) {
          same("/spec/" + field, "spec." + field, live, object, problems);
        }
        same("/spec/names/kind", "spec.names.kind", live, object, problems);
        same("/spec/names/plural", "spec.names.plural", live, object, problems);
      }
      default -> {}
    }
  }

  private static void same(
      String pointer, String field, JsonNode live, JsonNode object, Problems problems) {
    JsonNode value = object.at(pointer);
    if (!live.at(pointer).equals(value)) {
      problems.invalid(field, value.isTextual() ? value.asText() : value, IMMUTABLE);
    }
  }

  private static void selector(JsonNode live, JsonNode object, Problems problems) {
    JsonNode selector = object.at("/spec/selector");
    if (!live.at("/spec/selector").equals(selector)) {
      problems.invalidLiteral(
          "spec.selector", selector.isMissingNode() ? "null" : selector.toString(), IMMUTABLE);
    }
  }

  private static void sealed(JsonNode live, JsonNode object, Problems problems, String... fields) {
    if (!live.path("immutable").asBoolean()) {
      return;
    }
    if (!object.path("immutable").asBoolean()) {
      problems.forbidden("immutable", WHEN_SET);
    }
    for (String field : fields) {
      if (!live.path(field).equals(object.path(field))) {
        problems.forbidden(field, WHEN_SET);
      }
    }
  }

  private static void claim(JsonNode live, JsonNode object, Problems problems) {
    ObjectNode before = live.path("spec").deepCopy();
    ObjectNode after = object.path("spec").deepCopy();
    if (before.path("volumeName").asText().isEmpty()) {
      after.remove("volumeName");
    }
    before.remove("resources");
    after.remove("resources");
    if (!before.equals(after)) {
      problems.forbidden(
          "spec",
          "spec is immutable after creation except resources.requests and"
              + " volumeAttributesClassName for bound claims");
    }
  }
}
