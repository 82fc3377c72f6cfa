package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.admission.Problems.Cause;
import dev.sluice.simulated.resource.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Preparation of objects for storage: metadata, generation, and fields that a write cannot change.
 */
final class Preparation {
  private static final List<String> KEPT =
      List.of(
          "uid",
          "creationTimestamp",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
          "selfLink");
  private static final Set<String> WITHOUT_GENERATION =
      Set.of("HorizontalPodAutoscaler", "PersistentVolumeClaim", "Service", "Namespace");
  private static final Set<String> CONDITIONAL_ONLY =
      Set.of("Lease", "CustomResourceDefinition", "PodDisruptionBudget");
  private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
  private static final String MODIFIED =
      "the object has been modified; please apply your changes to the latest version and try again";

  private final Cluster cluster;
  private final Random random = new Random();

  Preparation(Cluster cluster) {
    this.cluster = cluster;
  }

  static ApiException otherNamespace() {
    return ApiException.badRequest(
        "the namespace of the provided object does not match the namespace sent on the request");
  }

  /**
   * Sets namespace, name, uid and times of a new object, and checks that its namespace accepts it.
   */
  void forCreate(ApiRequest request, ObjectNode object) {
    ResourceType type = request.type();
    ObjectNode metadata = object.withObject("/metadata");
    place(request, metadata);
    if (!metadata.path("resourceVersion").asText().isEmpty()) {
      throw ApiException.of(500, "", "resourceVersion should not be set on objects to be created");
    }
    if (metadata.path("name").asText().isEmpty() && metadata.has("generateName")) {
      metadata.put("name", generated(metadata.path("generateName").asText()));
    }
    if (type.namespaced()) {
      admitTo(request, metadata.path("name").asText());
    }
    KEPT.forEach(metadata::remove);
    metadata.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", cluster.now());
    metadata.remove("generation");
    if (hasGeneration(type)) {
      metadata.put("generation", 1);
    }
    if (type.hasStatus()) {
      object.remove("status");
    }
    if (!type.isCustom()) {
      new Allocation(cluster).onCreate(type.kind(), object);
    }
  }

  private static void place(ApiRequest request, ObjectNode metadata) {
    String namespace = metadata.path("namespace").asText();
    if (!request.type().namespaced()) {
      metadata.remove("namespace");
    } else if (namespace.isEmpty()) {
      metadata.put("namespace", request.namespace());
    } else if (!namespace.equals(request.namespace())) {
      throw otherNamespace();
    }
  }

  private void admitTo(ApiRequest request, String name) {
    String namespace = request.namespace();
    Optional<ObjectNode> found = cluster.namespace(namespace);
    if (found.isEmpty()) {
      throw ApiException.notFound("namespaces", namespace);
    }
    if (found.get().path("status").path("phase").asText().equals("Terminating")) {
      throw ApiException.forbidden(
          request.type(),
          name,
          "unable to create new content in namespace "
              + namespace
              + " because it is being terminated",
          List.of(
              new Cause(
                  "NamespaceTerminating",
                  "metadata.namespace",
                  "namespace " + namespace + " is being terminated")));
    }
  }

  private String generated(String prefix) {
    StringBuilder name = new StringBuilder(prefix.substring(0, Math.min(prefix.length(), 58)));
    for (int i = 0; i < 5; i++) {
      name.append(SUFFIX_LETTERS.charAt(random.nextInt(SUFFIX_LETTERS.length())));
    }
    return name.toString();
  }

  private static boolean hasGeneration(ResourceType type) {
    return type.isCustom()
        || (type.schema().fields().containsKey("spec")
            && type.hasStatus()
            && !WITHOUT_GENERATION.contains(type.kind()));
  }

  /** Checks that an update has a resource version, for resources that require one. */
  void requireVersion(ResourceType type, ObjectNode object) {
    boolean conditional = type.isCustom() || CONDITIONAL_ONLY.contains(type.kind());
    JsonNode metadata = object.path("metadata");
    if (conditional && metadata.path("resourceVersion").asText().isEmpty()) {
      throw ApiException.invalid(
          type,
          metadata.path("name").asText(),
          List.of(
              new Cause(
                  "FieldValueInvalid",
                  "metadata.resourceVersion",
                  "Invalid value: 0x0: must be specified for an update")));
    }
  }

  /** Checks that the resource version and uid in an object, if present, are the live ones. */
  static void requireSame(ApiRequest request, JsonNode object, JsonNode live) {
    JsonNode wanted = object.path("metadata");
    JsonNode actual = live.path("metadata");
    String uid = wanted.path("uid").asText();
    boolean otherUid = !uid.isEmpty() && !uid.equals(actual.path("uid").asText());
    if (otherUid && request.call().method().equals("PATCH")) {
      throw ApiException.invalid(
          request.type(),
          request.name(),
          List.of(
              new Cause(
                  "FieldValueInvalid",
                  "metadata.uid",
                  "Invalid value: \"" + uid + "\": field is immutable")));
    }
    if (otherUid) {
      throw ApiException.conflict(
          request.type(),
          request.name(),
          "Precondition failed: UID in precondition: "
              + uid
              + ", UID in object meta: "
              + actual.path("uid").asText());
    }
    String version = wanted.path("resourceVersion").asText();
    if (!version.isEmpty() && !version.equals(actual.path("resourceVersion").asText())) {
      throw ApiException.conflict(request.type(), request.name(), MODIFIED);
    }
  }

  /** Restores fields that a write cannot change, and increments the generation. */
  void forUpdate(ApiRequest request, ObjectNode live, ObjectNode object) {
    ResourceType type = request.type();
    requireSame(request, object, live);
    ObjectNode metadata = object.withObject("/metadata");
    place(request, metadata);
    JsonNode before = live.path("metadata");
    for (String field : KEPT) {
      copy(before, metadata, field);
    }
    copy(before, metadata, "generation");
    copy(before, metadata, "resourceVersion");
    if (request.isStatus() && type.isCustom()) {
      keepAllButStatus(live, object);
    } else if (request.isStatus()) {
      copy(live, object, "spec");
      for (String field : fixedWithStatus(type)) {
        copy(before, metadata, field);
      }
    } else if (type.hasStatus()) {
      copy(live, object, "status");
    }
    if (!type.isCustom()) {
      new Allocation(cluster).onUpdate(type.kind(), live, object);
    }
    if (hasGeneration(type) && !isSameContent(live, object)) {
      metadata.put("generation", before.path("generation").asLong() + 1);
    }
  }

  /** Returns the metadata that a status of a built-in kind comes without. */
  static List<String> fixedWithStatus(ResourceType type) {
    return switch (type.kind()) {
      case "Deployment" -> List.of("labels");
      case "Pod" -> List.of("ownerReferences");
      default -> List.of();
    };
  }

  private static void keepAllButStatus(ObjectNode live, ObjectNode object) {
    JsonNode status = object.get("status");
    JsonNode managed = object.path("metadata").get("managedFields");
    object.removeAll();
    object.setAll(live.deepCopy());
    object.remove("status");
    if (status != null) {
      object.set("status", status);
    }
    if (managed != null) {
      object.withObject("/metadata").set("managedFields", managed);
    }
  }

  private static void copy(JsonNode from, ObjectNode to, String field) {
    if (from.has(field)) {
      to.set(field, Objects.requireNonNull(from.get(field)));
    } else {
      to.remove(field);
    }
  }

  private static boolean isSameContent(ObjectNode live, ObjectNode object) {
    return Stream.concat(live.propertyStream(), object.propertyStream())
        .map(Map.Entry::getKey)
        .filter(field -> !field.equals("metadata") && !field.equals("status"))
        .allMatch(field -> Objects.equals(live.get(field), object.get(field)));
  }
}
