package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Validation of objects before they are stored. */
public final class Validation {
  private static final List<String> SERVICE_TYPES =
      List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
  private static final List<String> PATH_TYPES =
      List.of("Exact", "ImplementationSpecific", "Prefix");

  private Validation() {}

  /** Validates a new object. */
  public static Problems onCreate(ResourceType type, ObjectNode object) {
    Problems problems = new Problems();
    NameRules.metadata(type.kind(), object.path("metadata"), problems);
    content(type, object, problems);
    return problems;
  }

  /** Validates a changed object. */
  public static Problems onUpdate(ResourceType type, ObjectNode live, ObjectNode object) {
    Problems problems = new Problems();
    NameRules.metadata(type.kind(), object.path("metadata"), problems);
    finalizers(live, object, problems);
    content(type, object, problems);
    if (!type.isCustom()) {
      Immutability.check(type.kind(), live, object, problems);
    }
    return problems;
  }

  private static void finalizers(JsonNode live, JsonNode object, Problems problems) {
    if (!live.at("/metadata/deletionTimestamp").isMissingNode()) {
      List<JsonNode> before = live.at("/metadata/finalizers").valueStream().toList();
      List<JsonNode> added =
          object.at("/metadata/finalizers").valueStream().filter(f -> !before.contains(f)).toList();
      if (!added.isEmpty()) {
        problems.forbidden(
            "metadata.finalizers",
            "no new finalizers can be added if the object is being deleted, found new finalizers"
                + " []string{"
                + String.join(", ", added.stream().map(JsonNode::toString).toList())
                + "}");
      }
    }
  }

  private static void content(ResourceType type, ObjectNode object, Problems problems) {
    if (type.isCustom()) {
      JsonNode version = type.traits().version().orElseThrow();
      StructuralValidation.check(version.path("schema").path("openAPIV3Schema"), object, problems);
      return;
    }
    JsonNode spec = object.path("spec");
    switch (type.kind()) {
      case "ConfigMap" -> {
        dataKeys("data", object, problems);
        dataKeys("binaryData", object, problems);
      }
      case "Secret" -> dataKeys("data", object, problems);
      case "Service" -> service(spec, problems);
      case "Pod" ->
          new PodValidation(problems).spec("spec", spec, List.of("Always", "OnFailure", "Never"));
      case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob" ->
          new WorkloadValidation(problems).check(type.kind(), spec);
      case "RoleBinding", "ClusterRoleBinding" -> binding(object, problems);
      case "Lease" -> {
        if (spec.has("leaseDurationSeconds") && spec.path("leaseDurationSeconds").asInt() <= 0) {
          problems.invalid(
              "spec.leaseDurationSeconds",
              spec.path("leaseDurationSeconds").asInt(),
              "must be greater than 0");
        }
      }
      case "Ingress" -> ingress(spec, problems);
      case "PersistentVolumeClaim" -> {
        if (spec.path("accessModes").isEmpty()) {
          problems.required("spec.accessModes", "at least 1 access mode is required");
        }
        if (!spec.at("/resources/requests").has("storage")) {
          problems.required("spec.resources[storage]", "");
        }
      }
      case "PodDisruptionBudget" -> {
        if (spec.has("minAvailable") && spec.has("maxUnavailable")) {
          problems.invalidLiteral(
              "spec",
              "{\"MinAvailable\":%s,\"Selector\":%s,\"MaxUnavailable\":%s,%s}"
                  .formatted(
                      spec.path("minAvailable"),
                      spec.has("selector") ? spec.path("selector") : "null",
                      spec.path("maxUnavailable"),
                      "\"UnhealthyPodEvictionPolicy\":null"),
              "minAvailable and maxUnavailable cannot be both set");
        }
      }
      case "HorizontalPodAutoscaler" -> {
        if (spec.path("maxReplicas").asInt() < 1) {
          problems.invalid(
              "spec.maxReplicas", spec.path("maxReplicas").asInt(), "must be greater than 0");
        }
      }
      case "CustomResourceDefinition" -> Definitions.check(object, problems);
      default -> {}
    }
  }

  private static void dataKeys(String field, JsonNode object, Problems problems) {
    object
        .path(field)
        .fieldNames()
        .forEachRemaining(key -> NameRules.dataKey(field, key, problems));
  }

  private static void service(JsonNode spec, Problems problems) {
    String type = spec.path("type").asText();
    if (!SERVICE_TYPES.contains(type)) {
      problems.unsupported("spec.type", type, SERVICE_TYPES);
    }
    boolean headless = spec.path("clusterIP").asText().equals("None");
    JsonNode ports = spec.path("ports");
    if (ports.isEmpty() && !headless && !type.equals("ExternalName")) {
      problems.required("spec.ports", "");
    }
    PodValidation pods = new PodValidation(problems);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < ports.size(); i++) {
      JsonNode port = ports.path(i);
      String at = "spec.ports[" + i + "]";
      if (ports.size() > 1 && port.path("name").asText().isEmpty()) {
        problems.required(at + ".name", "");
      }
      String name = port.path("name").asText();
      if (!name.isEmpty() && !names.add(name)) {
        problems.duplicate(at + ".name", name);
      }
      pods.port(at + ".port", port.path("port").asInt());
      pods.protocol(at, port);
      if (port.path("targetPort").isInt()) {
        pods.port(at + ".targetPort", port.path("targetPort").asInt());
      }
    }
  }

  private static void binding(JsonNode binding, Problems problems) {
    JsonNode role = binding.path("roleRef");
    if (!List.of("Role", "ClusterRole").contains(role.path("kind").asText())) {
      problems.unsupported(
          "roleRef.kind", role.path("kind").asText(), List.of("Role", "ClusterRole"));
    }
    if (role.path("name").asText().isEmpty()) {
      problems.required("roleRef.name", "");
    }
  }

  private static void ingress(JsonNode spec, Problems problems) {
    if (spec.path("rules").isEmpty() && !spec.has("defaultBackend")) {
      problems.invalidLiteral(
          "spec", "null", "either `defaultBackend` or `rules` must be specified");
    }
    for (int i = 0; i < spec.path("rules").size(); i++) {
      JsonNode paths = spec.path("rules").path(i).at("/http/paths");
      for (int j = 0; j < paths.size(); j++) {
        String at = "spec.rules[" + i + "].http.paths[" + j + "].pathType";
        JsonNode pathType = paths.path(j).path("pathType");
        if (pathType.isMissingNode()) {
          problems.required(at, "pathType must be specified");
        } else if (!PATH_TYPES.contains(pathType.asText())) {
          problems.unsupported(at, pathType.asText(), PATH_TYPES);
        }
      }
    }
  }
}
