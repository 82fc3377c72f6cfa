package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Default values that the API server sets for absent fields. */
public final class Defaults {
  private static final String RBAC = "rbac.authorization.k8s.io";

  private Defaults() {}

  /** Sets the defaults in the object and returns the same instance. */
  public static ObjectNode of(ResourceType type, ObjectNode object) {
    if (type.isCustom()) {
      JsonNode version = type.traits().version().orElseThrow();
      fillStructural(version.path("schema").path("openAPIV3Schema"), object);
      return object;
    }
    switch (type.kind()) {
      case "Secret" -> secret(object);
      case "Service" -> service(object.withObject("/spec"));
      case "Pod" -> PodDefaults.fill(object.path("spec"));
      case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob" ->
          workload(type.kind(), object.withObject("/spec"));
      case "RoleBinding", "ClusterRoleBinding" -> binding(object);
      case "HorizontalPodAutoscaler" -> or(object.withObject("/spec"), "minReplicas", 1);
      case "PersistentVolumeClaim" -> or(object.withObject("/spec"), "volumeMode", "Filesystem");
      case "CustomResourceDefinition" -> Definitions.fill(object);
      default -> {}
    }
    return object;
  }

  private static void secret(ObjectNode secret) {
    or(secret, "type", "Opaque");
    JsonNode texts = secret.remove("stringData");
    if (texts != null) {
      ObjectNode data = secret.withObject("/data");
      texts
          .properties()
          .forEach(
              e ->
                  data.put(
                      e.getKey(),
                      Base64.getEncoder()
                          .encodeToString(e.getValue().asText().getBytes(StandardCharsets.UTF_8))));
    }
  }

  private static void service(ObjectNode spec) {
    or(spec, "type", "ClusterIP");
    or(spec, "sessionAffinity", "None");
    String type = spec.path("type").asText();
    if (List.of("NodePort", "LoadBalancer").contains(type)) {
      or(spec, "externalTrafficPolicy", "Cluster");
    }
    if (!type.equals("ExternalName")) {
      or(spec, "internalTrafficPolicy", "Cluster");
    }
    if (type.equals("LoadBalancer") && !spec.has("allocateLoadBalancerNodePorts")) {
      spec.put("allocateLoadBalancerNodePorts", true);
    }
    for (JsonNode item : spec.path("ports")) {
      ObjectNode port = (ObjectNode) item;
      or(port, "protocol", "TCP");
      if (!port.has("targetPort") && port.has("port")) {
        port.set("targetPort", port.path("port"));
      }
    }
  }

  private static void workload(String kind, ObjectNode spec) {
    PodDefaults.fill(spec.at("/template/spec"));
    switch (kind) {
      case "Deployment" -> {
        or(spec, "replicas", 1);
        or(spec, "revisionHistoryLimit", 10);
        or(spec, "progressDeadlineSeconds", 600);
        ObjectNode strategy = spec.withObject("/strategy");
        or(strategy, "type", "RollingUpdate");
        if (strategy.path("type").asText().equals("RollingUpdate")) {
          ObjectNode rolling = strategy.withObject("/rollingUpdate");
          or(rolling, "maxUnavailable", "25%");
          or(rolling, "maxSurge", "25%");
        }
      }
      case "ReplicaSet" -> or(spec, "replicas", 1);
      case "StatefulSet" -> statefulSet(spec);
      case "DaemonSet" -> {
        or(spec, "revisionHistoryLimit", 10);
        ObjectNode strategy = spec.withObject("/updateStrategy");
        or(strategy, "type", "RollingUpdate");
        if (strategy.path("type").asText().equals("RollingUpdate")) {
          or(strategy.withObject("/rollingUpdate"), "maxUnavailable", 1);
          or(strategy.withObject("/rollingUpdate"), "maxSurge", 0);
        }
      }
      case "Job" -> job(spec);
      default -> {
        PodDefaults.fill(spec.at("/jobTemplate/spec/template/spec"));
        or(spec, "concurrencyPolicy", "Allow");
        or(spec, "successfulJobsHistoryLimit", 3);
        or(spec, "failedJobsHistoryLimit", 1);
        if (!spec.has("suspend")) {
          spec.put("suspend", false);
        }
      }
    }
  }

  private static void statefulSet(ObjectNode spec) {
    or(spec, "replicas", 1);
    or(spec, "podManagementPolicy", "OrderedReady");
    or(spec, "revisionHistoryLimit", 10);
    ObjectNode strategy = spec.withObject("/updateStrategy");
    or(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      or(strategy.withObject("/rollingUpdate"), "partition", 0);
    }
    ObjectNode retention = spec.withObject("/persistentVolumeClaimRetentionPolicy");
    or(retention, "whenDeleted", "Retain");
    or(retention, "whenScaled", "Retain");
    for (JsonNode item : spec.path("volumeClaimTemplates")) {
      ObjectNode claim = (ObjectNode) item;
      or(claim, "apiVersion", "v1");
      or(claim, "kind", "PersistentVolumeClaim");
      or(claim.withObject("/spec"), "volumeMode", "Filesystem");
      or(claim.withObject("/status"), "phase", "Pending");
    }
  }

  private static void job(ObjectNode spec) {
    boolean open = !spec.has("completions") && !spec.has("parallelism");
    or(spec, "parallelism", 1);
    if (open) {
      or(spec, "completions", 1);
    }
    or(spec, "backoffLimit", 6);
    or(spec, "completionMode", "NonIndexed");
    or(
        spec,
        "podReplacementPolicy",
        spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
    for (String field : List.of("suspend", "manualSelector")) {
      if (!spec.has(field)) {
        spec.put(field, false);
      }
    }
  }

  private static void binding(ObjectNode binding) {
    if (binding.path("roleRef") instanceof ObjectNode role) {
      or(role, "apiGroup", RBAC);
    }
    for (JsonNode item : binding.path("subjects")) {
      ObjectNode subject = (ObjectNode) item;
      if (!subject.path("kind").asText().equals("ServiceAccount")) {
        or(subject, "apiGroup", RBAC);
      }
    }
  }

  private static void or(ObjectNode object, String field, String value) {
    if (!object.has(field)) {
      object.put(field, value);
    }
  }

  private static void or(ObjectNode object, String field, int value) {
    if (!object.has(field)) {
      object.set(field, JsonNodeFactory.instance.numberNode(value));
    }
  }

  /** Sets the default values of a structural schema. */
  private static void fillStructural(JsonNode schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      schema
          .path("properties")
          .properties()
          .forEach(
              property -> {
                JsonNode otherwise = property.getValue().get("default");
                if (otherwise != null && !object.has(property.getKey())) {
                  object.set(property.getKey(), otherwise.deepCopy());
                }
                if (object.has(property.getKey())) {
                  fillStructural(property.getValue(), object.path(property.getKey()));
                }
              });
      if (schema.path("additionalProperties").isObject()) {
        object.forEach(child -> fillStructural(schema.path("additionalProperties"), child));
      }
    } else if (value.isArray()) {
      value.forEach(item -> fillStructural(schema.path("items"), item));
    }
  }
}
