package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.ObjectKey;
import java.util.List;
import java.util.Optional;

/** Deletion of objects, immediately or once their finalizers are removed. */
final class ObjectRemover {
  private final Cluster cluster;
  private final ObjectReader reader;
  private final GarbageCollector collector;

  ObjectRemover(Cluster cluster, ObjectReader reader, GarbageCollector collector) {
    this.cluster = cluster;
    this.reader = reader;
    this.collector = collector;
  }

  /** Deletes an object; returns it while finalizers remain, otherwise a Status. */
  ObjectNode delete(ApiRequest request) {
    JsonNode options = options(request);
    ResourceType type = request.type();
    ObjectNode live = cluster.get(type, request.key());
    requirePreconditions(request, options, live);
    return remove(type, live, Deletion.of(request, options));
  }

  /** Deletes all matching objects and returns the list of them. */
  ObjectNode deleteCollection(ApiRequest request) {
    JsonNode options = options(request);
    ObjectNode list = reader.list(request);
    for (JsonNode item : list.path("items")) {
      cluster
          .find(request.type(), ObjectKey.of(item))
          .ifPresent(live -> remove(request.type(), live, Deletion.of(request, options)));
    }
    return list;
  }

  /** Options of a deletion: treatment of dependents, grace period in seconds, and dry run. */
  private record Deletion(boolean orphan, Optional<Long> grace, boolean dryRun) {
    static Deletion of(ApiRequest request, JsonNode options) {
      String policy =
          options
              .path("propagationPolicy")
              .asText(request.parameter("propagationPolicy").orElse(""));
      boolean orphan =
          policy.equals("Orphan")
              || options.path("orphanDependents").asBoolean()
              || request.flag("orphanDependents");
      Optional<String> dry = Optional.ofNullable(options.path("dryRun").path(0).asText(null));
      JsonNode seconds = options.path("gracePeriodSeconds");
      Optional<Long> grace =
          seconds.isNumber()
              ? Optional.of(seconds.asLong())
              : request.parameter("gracePeriodSeconds").map(Long::valueOf);
      return new Deletion(
          orphan, grace, request.dryRun() || ApiRequest.isDryRun("DeleteOptions", dry));
    }
  }

  private static JsonNode options(ApiRequest request) {
    return request.call().body().isEmpty()
        ? JsonNodeFactory.instance.objectNode()
        : Bodies.any(request);
  }

  private static void requirePreconditions(ApiRequest request, JsonNode options, JsonNode live) {
    JsonNode wanted = options.path("preconditions");
    JsonNode actual = live.path("metadata");
    precondition(request, "UID", "deleted and then recreated", wanted, actual);
    precondition(request, "ResourceVersion", "modified", wanted, actual);
  }

  private static void precondition(
      ApiRequest request, String what, String happened, JsonNode wanted, JsonNode actual) {
    String field = what.equals("UID") ? "uid" : "resourceVersion";
    String expected = wanted.path(field).asText();
    String found = actual.path(field).asText();
    if (!expected.isEmpty() && !expected.equals(found)) {
      ResourceType type = request.type();
      String kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
      throw ApiException.conflict(
          kind,
          request.name(),
          "the %1$s in the precondition (%2$s) does not match the %1$s in record (%3$s). The object might have been %4$s"
              .formatted(what, expected, found, happened));
    }
  }

  private ObjectNode remove(ResourceType type, ObjectNode live, Deletion deletion) {
    if (deletion.orphan() && !deletion.dryRun()) {
      collector.orphanDependentsOf(live);
    }
    return remove(type, live, grace(type, live, deletion.grace()), deletion.dryRun());
  }

  /** Deletes an object like a controller: dependents are deleted in the background. */
  ObjectNode remove(ResourceType type, ObjectNode live, boolean dryRun) {
    return remove(type, live, grace(type, live, Optional.empty()), dryRun);
  }

  private ObjectNode remove(ResourceType type, ObjectNode live, long grace, boolean dryRun) {
    if (grace == 0 && !isHeld(live)) {
      if (!dryRun) {
        cluster.remove(type, ObjectKey.of(live));
      }
      return success(type, live);
    }
    boolean again = live.path("metadata").has("deletionTimestamp");
    if (again && grace >= live.at("/metadata/deletionGracePeriodSeconds").asLong()) {
      return live;
    }
    ObjectNode marked = live.deepCopy();
    ObjectNode metadata = marked.withObject("/metadata");
    metadata
        .put("deletionTimestamp", cluster.at(cluster.clock().instant().plusSeconds(grace)))
        .put("deletionGracePeriodSeconds", grace);
    if (metadata.has("generation") && !again) {
      metadata.put("generation", metadata.path("generation").asLong() + 1);
    }
    if (type.kind().equals("Namespace")) {
      marked.withObject("/status").put("phase", "Terminating");
      metadata.remove("deletionGracePeriodSeconds");
    }
    return dryRun ? marked : cluster.put(type, marked);
  }

  /** Returns the seconds that an object has until it is removed; only running pods have some. */
  private static long grace(ResourceType type, JsonNode live, Optional<Long> wanted) {
    boolean finished = List.of("Succeeded", "Failed").contains(live.at("/status/phase").asText());
    if (!type.kind().equals("Pod") || finished || live.at("/spec/nodeName").asText().isEmpty()) {
      return 0;
    }
    boolean again = live.path("metadata").has("deletionTimestamp");
    JsonNode usual =
        again
            ? live.at("/metadata/deletionGracePeriodSeconds")
            : live.at("/spec/terminationGracePeriodSeconds");
    long seconds = wanted.orElse(usual.asLong());
    return seconds < 0 ? 1 : seconds;
  }

  private static boolean isHeld(ObjectNode object) {
    return !object.path("metadata").path("finalizers").isEmpty()
        || (object.path("kind").asText().equals("Namespace")
            && !object.path("spec").path("finalizers").isEmpty());
  }

  /** Removes a finalizer from an object; the last one completes its deletion. */
  void finish(ResourceType type, ObjectNode live, String section, String finalizer) {
    ObjectNode next = live.deepCopy();
    if (next.path(section).path("finalizers") instanceof ArrayNode finalizers) {
      List<JsonNode> kept =
          finalizers.valueStream().filter(f -> !f.asText().equals(finalizer)).toList();
      finalizers.removeAll();
      finalizers.addAll(kept);
      if (finalizers.isEmpty()) {
        next.withObject("/" + section).remove("finalizers");
      }
    }
    ObjectNode stored = cluster.put(type, next);
    if (!isHeld(stored)) {
      cluster.remove(type, ObjectKey.of(stored));
    }
  }

  private static ObjectNode success(ResourceType type, ObjectNode object) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    status.put("status", "Success");
    ObjectNode details = status.putObject("details");
    details.put("name", object.path("metadata").path("name").asText());
    if (!type.group().isEmpty()) {
      details.put("group", type.group());
    }
    details.put("kind", type.plural());
    details.put("uid", object.path("metadata").path("uid").asText());
    return status;
  }
}
