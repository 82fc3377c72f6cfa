package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The {@code binding} subresource of pods, by which a scheduler assigns a pod to a node. */
final class Bindings {
  private final Cluster cluster;

  Bindings(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Assigns a pod to a node. No manager owns the fields that this sets. */
  ObjectNode create(ApiRequest request) {
    if (!request.call().method().equals("POST")) {
      throw ApiException.methodNotAllowed();
    }
    ObjectNode live = cluster.get(request.type(), request.key());
    JsonNode binding = Bodies.json(request.call().body());
    Preparation.requireSame(request, binding, live);
    String assigned = live.at("/spec/nodeName").asText();
    if (!assigned.isEmpty()) {
      throw conflict(request, "is already assigned to node \"" + assigned + "\"");
    }
    if (live.path("metadata").has("deletionTimestamp")) {
      throw conflict(request, "is being deleted, cannot be assigned to a host");
    }
    ObjectNode pod = live.deepCopy();
    pod.withObject("/spec").set("nodeName", binding.path("target").path("name"));
    pod.withObject("/status")
        .withArray("/conditions")
        .addObject()
        .put("type", "PodScheduled")
        .put("status", "True")
        .put("lastTransitionTime", cluster.now());
    cluster.put(request.type(), pod);
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    return status.put("status", "Success").put("code", 201);
  }

  private static ApiException conflict(ApiRequest request, String why) {
    return ApiException.conflict(
        "pods/binding", request.name(), "pod " + request.name() + " " + why);
  }
}
