package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.patch.MergePatch;
import java.util.StringJoiner;

/** The {@code scale} subresource: current and desired number of replicas of a workload. */
final class Scales {
  private final Cluster cluster;
  private final ObjectWriter writer;

  Scales(Cluster cluster, ObjectWriter writer) {
    this.cluster = cluster;
    this.writer = writer;
  }

  ObjectNode get(ApiRequest request) {
    return scaleOf(cluster.get(request.type(), request.key()));
  }

  /** Changes the number of replicas by a PUT or a merge patch of the scale. */
  ObjectNode change(ApiRequest request) {
    ObjectNode live = cluster.get(request.type(), request.key());
    JsonNode body = Bodies.json(request.call().body());
    JsonNode wanted =
        switch (request.call().method()) {
          case "PUT" -> body;
          case "PATCH" -> {
            String type = Bodies.mediaType(request.call().contentType());
            if (!type.equals("application/merge-patch+json")) {
              throw ApiException.notImplemented("patches of scale in the format " + type);
            }
            yield MergePatch.apply(scaleOf(live), body);
          }
          default -> throw ApiException.methodNotAllowed();
        };
    Preparation.requireSame(request, wanted, live);
    JsonNode replicas = wanted.path("spec").path("replicas");
    if (!replicas.isMissingNode() && !replicas.isInt()) {
      throw ApiException.badRequest(
          "json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32");
    }
    ObjectNode next = live.deepCopy();
    next.withObject("/spec").put("replicas", replicas.asInt());
    return scaleOf(writer.rescale(request, live, next).object());
  }

  private static ObjectNode scaleOf(ObjectNode object) {
    ObjectNode scale = JsonNodeFactory.instance.objectNode();
    scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    ObjectNode metadata = scale.putObject("metadata");
    for (String field :
        new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
      metadata.set(field, object.path("metadata").path(field));
    }
    scale.putObject("spec").put("replicas", object.at("/spec/replicas").asInt());
    StringJoiner selector = new StringJoiner(",");
    object
        .at("/spec/selector/matchLabels")
        .properties()
        .forEach(e -> selector.add(e.getKey() + "=" + e.getValue().asText()));
    scale
        .putObject("status")
        .put("replicas", object.at("/status/replicas").asInt())
        .put("selector", selector.toString());
    return scale;
  }
}
