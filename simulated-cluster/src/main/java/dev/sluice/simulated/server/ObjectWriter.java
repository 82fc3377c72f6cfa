package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.admission.Defaults;
import dev.sluice.simulated.admission.Definitions;
import dev.sluice.simulated.admission.Problems.Cause;
import dev.sluice.simulated.admission.Validation;
import dev.sluice.simulated.apply.ApplyConflictException;
import dev.sluice.simulated.apply.FieldManagement;
import dev.sluice.simulated.apply.FieldOwner;
import dev.sluice.simulated.apply.TypedCheck;
import dev.sluice.simulated.apply.TypedCheck.MistypedException;
import dev.sluice.simulated.patch.JsonPatch;
import dev.sluice.simulated.patch.MergePatch;
import dev.sluice.simulated.patch.PatchException;
import dev.sluice.simulated.patch.StrategicMergePatch;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.ObjectKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Creation and update of objects. */
final class ObjectWriter {
  private static final Set<String> CREATE_ON_UPDATE =
      Set.of(
          "Service", "Event", "Lease", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding");

  private final Cluster cluster;
  private final Preparation preparation;

  ObjectWriter(Cluster cluster) {
    this.cluster = cluster;
    this.preparation = new Preparation(cluster);
  }

  /** Result of a write: the object, and whether it is new. */
  record Written(ObjectNode object, boolean created) {}

  Written create(ApiRequest request) {
    ObjectNode object = Bodies.object(request);
    return create(
        request,
        manage(request, Cluster.blank(request.type()), Defaults.of(request.type(), object)));
  }

  private Written create(ApiRequest request, ObjectNode object) {
    ResourceType type = request.type();
    requireSupported(type, object);
    preparation.forCreate(request, object);
    String name = object.path("metadata").path("name").asText();
    Validation.onCreate(type, object)
        .throwIfAny(causes -> ApiException.invalid(type, name, causes));
    ObjectKey key = ObjectKey.of(object);
    if (cluster.find(type, key).isPresent()) {
      throw ApiException.alreadyExists(type, name);
    }
    return new Written(request.dryRun() ? object : cluster.put(type, object), true);
  }

  Written update(ApiRequest request) {
    ResourceType type = request.type();
    ObjectNode object = Bodies.object(request);
    String name = object.path("metadata").path("name").asText();
    if (!name.equals(request.name())) {
      throw ApiException.badRequest(
          "the name of the object ("
              + name
              + ") does not match the name on the URL ("
              + request.name()
              + ")");
    }
    Optional<ObjectNode> live = cluster.find(type, request.key());
    if (live.isEmpty() && CREATE_ON_UPDATE.contains(type.kind()) && !hasVersion(object)) {
      return create(
          request, manage(request, Cluster.blank(type), Defaults.of(request.type(), object)));
    }
    ObjectNode before = live.orElseThrow(() -> ApiException.notFound(type.groupResource(), name));
    preparation.requireVersion(type, object);
    return replace(request, before, manage(request, before, Defaults.of(request.type(), object)));
  }

  private static boolean hasVersion(ObjectNode object) {
    return !object.path("metadata").path("resourceVersion").asText().isEmpty();
  }

  Written patch(ApiRequest request) {
    String contentType = Bodies.mediaType(request.call().contentType());
    if (contentType.equals("application/apply-patch+yaml")) {
      return apply(request);
    }
    ResourceType type = request.type();
    ObjectNode live = cluster.get(type, request.key());
    JsonNode patch = Bodies.json(request.call().body());
    JsonNode patched;
    try {
      patched =
          switch (contentType) {
            case "application/merge-patch+json" -> MergePatch.apply(live, patch);
            case "application/json-patch+json" -> JsonPatch.apply(live, patch);
            case "application/strategic-merge-patch+json" -> {
              if (type.isCustom()) {
                throw ApiException.of(
                    415,
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types"
                        + " include: application/json-patch+json, application/merge-patch+json,"
                        + " application/apply-patch+yaml");
              }
              yield StrategicMergePatch.apply(type.schema(), live, patch);
            }
            default -> throw Bodies.unsupported(contentType);
          };
    } catch (PatchException e) {
      throw ApiException.of(e.code(), e.reason(), e.getMessage());
    }
    ObjectNode object = Bodies.decode(request, patched);
    return replace(request, live, manage(request, live, Defaults.of(request.type(), object)));
  }

  private Written apply(ApiRequest request) {
    ResourceType type = request.type();
    if (request.parameter("fieldManager").isEmpty()) {
      throw ApiException.invalidOptions(
          "PatchOptions",
          new Cause(
              "FieldValueRequired", "fieldManager", "Required value: is required for apply patch"));
    }
    ObjectNode applied = Applied.read(request);
    Optional<ObjectNode> found = cluster.find(type, request.key());
    ObjectNode live = found.orElseGet(() -> Cluster.blank(type));
    if (found.isEmpty()) {
      Applied.requireCreatable(request, applied);
    }
    FieldOwner owner = owner(request, FieldOwner.Operation.APPLY);
    Optional<ObjectNode> result;
    try {
      TypedCheck.check(type.schema(), applied);
      Applied.requireConvertible(cluster, type, live);
      result =
          management(request).apply(live, applied, owner, cluster.now(), request.flag("force"));
    } catch (MistypedException e) {
      throw Applied.mistyped(request, e);
    } catch (ApplyConflictException e) {
      List<Cause> causes =
          e.conflicts().stream()
              .map(c -> new Cause("FieldManagerConflict", c.field(), "conflict with " + c.owner()))
              .toList();
      throw ApiException.applyConflict(e.getMessage(), causes);
    }
    if (result.isEmpty() && found.isPresent()) {
      Preparation.requireSame(request, applied, live);
      return new Written(live, false);
    }
    ObjectNode next = decodeApplied(request, result.orElse(live));
    if (found.isEmpty()) {
      // the API server creates the object again, whatever version was expected
      next.withObject("/metadata").remove("resourceVersion");
    }
    next = Defaults.of(type, next);
    return found.isEmpty() ? create(request, next) : replace(request, live, next);
  }

  private static ObjectNode decodeApplied(ApiRequest request, ObjectNode merged) {
    try {
      return Bodies.decode(request, merged);
    } catch (ApiException e) {
      throw Applied.unreadable(request, e);
    }
  }

  /** Stores an object with a changed scale. */
  Written rescale(ApiRequest request, ObjectNode live, ObjectNode object) {
    ApiRequest main =
        new ApiRequest(
            request.type(), request.namespace(), request.name(), Optional.empty(), request.call());
    FieldOwner owner = owner(request, FieldOwner.Operation.UPDATE);
    return replace(main, live, management(main).update(live, object, owner, cluster.now()));
  }

  /** Stores a changed object, or removes it if it was only waiting for this change. */
  private Written replace(ApiRequest request, ObjectNode live, ObjectNode object) {
    ResourceType type = request.type();
    requireSupported(type, object);
    preparation.forUpdate(request, live, object);
    Validation.onUpdate(type, live, object)
        .throwIfAny(causes -> ApiException.invalid(type, request.name(), causes));
    if (isSame(live, object)) {
      return new Written(live, false);
    }
    if (request.dryRun()) {
      return new Written(object, false);
    }
    boolean released =
        object.path("metadata").has("deletionTimestamp")
            && object.path("metadata").path("deletionGracePeriodSeconds").asInt() == 0
            && object.path("metadata").path("finalizers").isEmpty()
            && object.path("spec").path("finalizers").isEmpty();
    ObjectNode stored = cluster.put(type, object);
    if (released) {
      return new Written(cluster.remove(type, ObjectKey.of(stored)), false);
    }
    return new Written(stored, false);
  }

  private static void requireSupported(ResourceType type, ObjectNode object) {
    if (type.kind().equals("CustomResourceDefinition") && !type.isCustom()) {
      Definitions.unsupported(object)
          .ifPresent(
              what -> {
                throw ApiException.notImplemented(what);
              });
    }
  }

  /** Returns whether a write changes only times in the managed fields. */
  private static boolean isSame(ObjectNode live, ObjectNode object) {
    return bare(live).equals(bare(object)) && untimed(live).equals(untimed(object));
  }

  private static ObjectNode bare(ObjectNode object) {
    ObjectNode bare = object.objectNode();
    bare.setAll(object);
    ObjectNode metadata = bare.putObject("metadata");
    metadata.setAll((ObjectNode) object.path("metadata"));
    metadata.remove("managedFields");
    return bare;
  }

  private static List<JsonNode> untimed(ObjectNode object) {
    return object
        .path("metadata")
        .path("managedFields")
        .valueStream()
        .<JsonNode>map(entry -> ((ObjectNode) entry).deepCopy().without("time"))
        .toList();
  }

  private ObjectNode manage(ApiRequest request, ObjectNode live, ObjectNode object) {
    // the API server's types omit empty maps
    for (String map : List.of("labels", "annotations")) {
      if (object.path("metadata") instanceof ObjectNode metadata && metadata.path(map).isEmpty()) {
        metadata.remove(map);
      }
    }
    return management(request)
        .update(live, object, owner(request, FieldOwner.Operation.UPDATE), cluster.now());
  }

  private static FieldOwner owner(ApiRequest request, FieldOwner.Operation operation) {
    return new FieldOwner(
        request.manager(),
        operation,
        request.type().groupVersion().apiVersion(),
        request.subresource());
  }

  private static FieldManagement management(ApiRequest request) {
    ResourceType type = request.type();
    return new FieldManagement(
        type.schema(),
        FieldManagement.paths(
            request.isStatus()
                ? resetWithStatus(type)
                : type.hasStatus() ? new String[] {"status"} : new String[0]));
  }

  private static String[] resetWithStatus(ResourceType type) {
    Stream<String> metadata =
        type.isCustom()
            ? Stream.of("metadata.labels", "metadata.annotations")
            : Preparation.fixedWithStatus(type).stream().map(field -> "metadata." + field);
    return Stream.concat(Stream.of("spec"), metadata).toArray(String[]::new);
  }
}
