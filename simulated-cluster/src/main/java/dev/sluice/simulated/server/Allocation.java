package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.admission.Definitions;
import dev.sluice.simulated.store.ObjectKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Values that only the server can assign to new objects: addresses, node ports, selectors, phases.
 */
final class Allocation {
  private static final String DEFINITION = "CustomResourceDefinition";

  /** The types of Services that nodes forward to. */
  private static final Set<String> EXTERNAL = Set.of("NodePort", "LoadBalancer");

  private static final Set<String> INTERNAL = Set.of("ClusterIP", "NodePort", "LoadBalancer");

  /** The types of Services that have a field of the specification. */
  private static final Map<String, Set<String>> OF_TYPES =
      Map.of(
          "externalTrafficPolicy", EXTERNAL,
          "allocateLoadBalancerNodePorts", Set.of("LoadBalancer"),
          "internalTrafficPolicy", INTERNAL,
          "clusterIP", INTERNAL,
          "clusterIPs", INTERNAL,
          "ipFamilies", INTERNAL,
          "ipFamilyPolicy", INTERNAL);

  private static final int FIRST_NODE_PORT = 30000;

  private final Cluster cluster;

  Allocation(Cluster cluster) {
    this.cluster = cluster;
  }

  void onCreate(String kind, ObjectNode object) {
    switch (kind) {
      case "Namespace" -> namespace(object);
      case "Service" -> service(object.withObject("/spec"));
      case "Job" -> job(object);
      case "APIService" -> AggregatedApis.begin(object, cluster.now());
      case "Pod" ->
          object
              .putObject("status")
              .put("phase", "Pending")
              .put("qosClass", quality(object.path("spec")));
      case "PersistentVolumeClaim" -> object.putObject("status").put("phase", "Pending");
      case "Deployment" -> object.putObject("status");
      case "ReplicaSet" -> object.putObject("status").put("replicas", 0);
      case "StatefulSet" ->
          object.putObject("status").put("replicas", 0).put("availableReplicas", 0);
      case "DaemonSet" ->
          object
              .putObject("status")
              .put("currentNumberScheduled", 0)
              .put("desiredNumberScheduled", 0)
              .put("numberMisscheduled", 0)
              .put("numberReady", 0);
      case DEFINITION -> {
        object.withObject("/metadata").withArray("/finalizers").add(Definitions.CLEANUP);
        Definitions.begin(object);
      }
      default -> {}
    }
  }

  void onUpdate(String kind, ObjectNode live, ObjectNode object) {
    switch (kind) {
      case "Namespace" -> {
        JsonNode finalizers = live.path("spec").path("finalizers");
        if (!finalizers.isMissingNode()) {
          object.withObject("/spec").set("finalizers", finalizers);
        }
        label(object);
      }
      case "Service" -> {
        ObjectNode spec = object.withObject("/spec");
        keepAddresses(live.path("spec"), spec);
        keepNodePorts(live.path("spec"), spec);
        removeFormer(live.path("spec"), spec);
        service(spec);
      }
      case "Job" -> keepGenerated(live, object);
      case DEFINITION -> Definitions.establish(object, cluster.now());
      default -> {}
    }
  }

  /** Returns the quality of service of a pod, as the requests and limits of its containers say. */
  private static String quality(JsonNode spec) {
    boolean any = false;
    boolean all = true;
    for (String field : List.of("initContainers", "containers")) {
      for (JsonNode container : spec.path(field)) {
        JsonNode limits = container.at("/resources/limits");
        JsonNode requests = container.at("/resources/requests");
        for (String resource : List.of("cpu", "memory")) {
          any |= limits.has(resource) || requests.has(resource);
          all &=
              limits.has(resource)
                  && (!requests.has(resource)
                      || requests.path(resource).equals(limits.path(resource)));
        }
      }
    }
    return any ? all ? "Guaranteed" : "Burstable" : "BestEffort";
  }

  private static void namespace(ObjectNode namespace) {
    namespace.withObject("/spec").putArray("finalizers").add("kubernetes");
    namespace.putObject("status").put("phase", "Active");
    label(namespace);
  }

  private static void label(ObjectNode namespace) {
    namespace
        .withObject("/metadata")
        .withObject("/labels")
        .put("kubernetes.io/metadata.name", ObjectKey.of(namespace).name());
  }

  private void service(ObjectNode spec) {
    if (spec.path("type").asText().equals("ExternalName")) {
      return;
    }
    if (spec.path("clusterIP").asText().isEmpty()) {
      spec.put("clusterIP", freeAddress());
    }
    if (!spec.has("clusterIPs")) {
      spec.putArray("clusterIPs").add(spec.path("clusterIP").asText());
    }
    if (!spec.has("ipFamilies")) {
      spec.putArray("ipFamilies").add("IPv4");
    }
    if (!spec.has("ipFamilyPolicy")) {
      spec.put("ipFamilyPolicy", "SingleStack");
    }
    if (EXTERNAL.contains(spec.path("type").asText())) {
      Set<Integer> taken = takenNodePorts();
      int next = FIRST_NODE_PORT;
      for (JsonNode item : spec.path("ports")) {
        ObjectNode port = (ObjectNode) item;
        while (taken.contains(next)) {
          next++;
        }
        if (!port.has("nodePort")) {
          port.put("nodePort", next);
          taken.add(next);
        }
      }
    }
  }

  private static void keepAddresses(JsonNode live, ObjectNode spec) {
    for (String field : List.of("clusterIP", "clusterIPs")) {
      JsonNode before = live.path(field);
      boolean unsaid = spec.path(field).asText().isEmpty() && spec.path(field).isEmpty();
      if (unsaid && !before.isMissingNode()) {
        spec.set(field, before);
      }
    }
  }

  /** Removes unchanged fields that only the former type of a Service has. */
  private static void removeFormer(JsonNode live, ObjectNode spec) {
    String type = spec.path("type").asText();
    OF_TYPES.forEach(
        (field, types) -> {
          if (!types.contains(type) && spec.path(field).equals(live.path(field))) {
            spec.remove(field);
          }
        });
    List<JsonNode> before = live.path("ports").findValues("nodePort");
    if (!EXTERNAL.contains(type) && spec.path("ports").findValues("nodePort").equals(before)) {
      spec.path("ports").forEach(port -> ((ObjectNode) port).remove("nodePort"));
    }
  }

  private static void keepNodePorts(JsonNode live, ObjectNode spec) {
    for (JsonNode item : spec.path("ports")) {
      for (JsonNode before : live.path("ports")) {
        boolean same =
            before.path("port").equals(item.path("port"))
                && before.path("protocol").equals(item.path("protocol"));
        if (same && before.has("nodePort") && !item.has("nodePort")) {
          ((ObjectNode) item).set("nodePort", before.path("nodePort"));
        }
      }
    }
  }

  private String freeAddress() {
    Set<String> taken = new HashSet<>();
    for (ObjectNode service : cluster.store().list("services", Optional.empty())) {
      taken.add(service.at("/spec/clusterIP").asText());
    }
    int next = 1;
    while (taken.contains(address(next))) {
      next++;
    }
    return address(next);
  }

  private static String address(int number) {
    return "10.96." + (number / 254) + "." + (number % 254 + 1);
  }

  private Set<Integer> takenNodePorts() {
    Set<Integer> taken = new HashSet<>();
    for (ObjectNode service : cluster.store().list("services", Optional.empty())) {
      service.at("/spec/ports").forEach(port -> taken.add(port.path("nodePort").asInt()));
    }
    return taken;
  }

  /** Sets the selector of a Job, which is its own uid. */
  private static void job(ObjectNode job) {
    if (job.at("/spec/manualSelector").asBoolean()) {
      return;
    }
    String uid = job.at("/metadata/uid").asText();
    String name = ObjectKey.of(job).name();
    job.withObject("/spec")
        .withObject("/selector")
        .withObject("/matchLabels")
        .put("batch.kubernetes.io/controller-uid", uid);
    job.withObject("/spec")
        .withObject("/template")
        .withObject("/metadata")
        .withObject("/labels")
        .put("batch.kubernetes.io/controller-uid", uid)
        .put("batch.kubernetes.io/job-name", name)
        .put("controller-uid", uid)
        .put("job-name", name);
  }

  private static void keepGenerated(ObjectNode live, ObjectNode job) {
    ObjectNode spec = job.withObject("/spec");
    if (!spec.has("selector")) {
      spec.set("selector", live.path("spec").path("selector").deepCopy());
      ObjectNode labels =
          spec.withObject("/template").withObject("/metadata").withObject("/labels");
      live.at("/spec/template/metadata/labels")
          .properties()
          .forEach(
              e -> {
                boolean generated =
                    e.getKey().startsWith("batch.kubernetes.io/")
                        || List.of("controller-uid", "job-name").contains(e.getKey());
                if (generated && !labels.has(e.getKey())) {
                  labels.set(e.getKey(), e.getValue());
                }
              });
    }
  }
}
