package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.apply.TypedCheck.MistypedException;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.ObjectKey;
import java.util.HashSet;
import java.util.Set;

/** Validation of a configuration before it is applied. */
final class Applied {
  private Applied() {}

  /**
   * Reads the configuration of an apply.
   *
   * @throws ApiException 400 if its kind, namespace or name differs from the request's
   */
  static ObjectNode read(ApiRequest request) {
    ResourceType type = request.type();
    if (!(Bodies.applied(request.call().body()) instanceof ObjectNode applied)) {
      throw ApiException.badRequest("error decoding YAML: the configuration is not an object");
    }
    if (applied.path("kind").asText().isEmpty()) {
      throw ApiException.badRequest("Object 'Kind' is missing in '" + applied + "'");
    }
    String apiVersion = applied.path("apiVersion").asText();
    if (!apiVersion.equals(type.groupVersion().apiVersion())) {
      throw ApiException.badRequest(
          "Incorrect version specified in apply patch. Specified patch version: "
              + apiVersion
              + ", expected: "
              + type.groupVersion().apiVersion());
    }
    if (!applied.path("kind").asText().equals(type.kind())) {
      throw ApiException.badRequest(
          "the kind in the data ("
              + applied.path("kind").asText()
              + ") does not match the expected kind ("
              + type.kind()
              + ")");
    }
    JsonNode metadata = applied.path("metadata");
    if (!metadata.path("managedFields").isMissingNode()
        && !metadata.path("managedFields").isNull()) {
      throw ApiException.badRequest("metadata.managedFields must be nil");
    }
    String name = metadata.path("name").asText();
    if (!name.isEmpty() && !name.equals(request.name())) {
      throw ApiException.badRequest(
          "the name of the object ("
              + name
              + ") does not match the name on the URL ("
              + request.name()
              + ")");
    }
    String namespace = metadata.path("namespace").asText();
    if (!namespace.isEmpty() && !namespace.equals(request.namespace())) {
      throw ApiException.badRequest(
          "the namespace of the object ("
              + namespace
              + ") does not match the namespace on the request ("
              + request.namespace()
              + ")");
    }
    applied.withObject("/metadata").put("name", request.name());
    if (type.namespaced()) {
      applied.withObject("/metadata").put("namespace", request.namespace());
    }
    return applied;
  }

  /** Checks that the configuration has no uid: one with a uid is meant for an existing object. */
  static void requireCreatable(ApiRequest request, ObjectNode applied) {
    if (request.subresource().isPresent()) {
      throw ApiException.notFound(request.type().groupResource(), request.name());
    }
    JsonNode metadata = applied.path("metadata");
    if (!metadata.path("uid").asText().isEmpty()) {
      throw ApiException.conflict(
          request.type(),
          request.name(),
          "uid mismatch: the provided object specified uid "
              + metadata.path("uid").asText()
              + ", and no existing object was found");
    }
  }

  /** Returns the error for a merged object that cannot be decoded. */
  static ApiException unreadable(ApiRequest request, ApiException e) {
    String problem = e.getMessage().substring(e.getMessage().indexOf(": ") + 2);
    return ApiException.of(
        500,
        "",
        "failed to convert new object ("
            + place(request)
            + ") to proper version: unable to convert unstructured object to"
            + " "
            + kind(request)
            + (problem.startsWith("quantities") ? ": " : ": error decoding from json: ")
            + problem);
  }

  static ApiException mistyped(ApiRequest request, MistypedException e) {
    return ApiException.of(
        500, "", "failed to create typed patch object (" + place(request) + "): " + e.getMessage());
  }

  /** Returns the object's namespace in the body, its name and its kind, as Go prints them. */
  private static String place(ApiRequest request) {
    JsonNode body = Bodies.applied(request.call().body());
    return body.at("/metadata/namespace").asText() + "/" + request.name() + "; " + kind(request);
  }

  private static String kind(ApiRequest request) {
    String group = request.type().group();
    String version = request.type().groupVersion().version();
    return group + "/" + version + ", Kind=" + request.type().kind();
  }

  /**
   * Checks that a custom resource can be converted to the versions in which managers set fields.
   *
   * @throws ApiException 500 if its definition does not have one of them any more
   */
  static void requireConvertible(Cluster cluster, ResourceType type, ObjectNode live) {
    if (!type.isCustom()) {
      return;
    }
    Set<String> versions = new HashSet<>();
    cluster
        .store()
        .get(
            "customresourcedefinitions.apiextensions.k8s.io",
            new ObjectKey("", type.groupResource()))
        .ifPresent(
            definition ->
                definition
                    .at("/spec/versions")
                    .forEach(
                        version ->
                            versions.add(type.group() + "/" + version.path("name").asText())));
    for (JsonNode entry : live.path("metadata").path("managedFields")) {
      String version = entry.path("apiVersion").asText();
      if (!versions.contains(version)) {
        throw ApiException.of(
            500, "", "request to convert CR to an invalid group/version: " + version);
      }
    }
  }
}
