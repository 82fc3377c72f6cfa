package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.GroupKind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes out defaults that the API server sets for built-in kinds.
 *
 * <p>Secrets: {@code stringData} is write-only, so a live object never shows it, and a key that is
 * removed from it would stay in {@code data} without an owner. Ports: {@code protocol} is part of
 * the key by which server-side apply merges lists, and releases differ if it is missing (kubernetes
 * #92332). Custom kinds are not changed, since the meaning of their ports is unknown.
 */
final class Spelling {

  private static final GroupKind SERVICE = GroupKind.parse("Service");

  /** The path of each kind's pod specification. */
  private static final Map<GroupKind, List<String>> POD_SPECS =
      Map.of(
          GroupKind.parse("Pod"), List.of("spec"),
          GroupKind.parse("ReplicationController"), List.of("spec", "template", "spec"),
          GroupKind.parse("Deployment.apps"), List.of("spec", "template", "spec"),
          GroupKind.parse("StatefulSet.apps"), List.of("spec", "template", "spec"),
          GroupKind.parse("DaemonSet.apps"), List.of("spec", "template", "spec"),
          GroupKind.parse("ReplicaSet.apps"), List.of("spec", "template", "spec"),
          GroupKind.parse("Job.batch"), List.of("spec", "template", "spec"),
          GroupKind.parse("CronJob.batch"),
              List.of("spec", "jobTemplate", "spec", "template", "spec"));

  private Spelling() {}

  /** Changes the content in place; values below it may be shared, and stay as they are. */
  static void correct(Manifest manifest) throws ManifestException {
    GroupKind kind = manifest.ref().groupKind();
    ObjectNode content = manifest.content();
    if (kind.equals(GroupKind.SECRET)) {
      encode(manifest);
    } else if (kind.equals(SERVICE)) {
      below(content, List.of("spec")).ifPresent(Spelling::defaultProtocol);
    } else {
      Optional.ofNullable(POD_SPECS.get(kind))
          .flatMap(path -> below(content, path))
          .ifPresent(Spelling::podSpec);
    }
  }

  /** Returns the mapping at a path, which may be changed; empty if there is none. */
  private static Optional<ObjectNode> below(ObjectNode content, List<String> path) {
    ObjectNode at = content;
    for (String field : path) {
      if (!at.path(field).isObject()) {
        return Optional.empty();
      }
      at = SharedNodes.own(at, field);
    }
    return Optional.of(at);
  }

  private static void podSpec(ObjectNode spec) {
    for (String containers : List.of("containers", "initContainers")) {
      SharedNodes.eachOf(spec, containers, Spelling::defaultProtocol);
    }
  }

  private static void defaultProtocol(ObjectNode owner) {
    SharedNodes.eachOf(
        owner,
        "ports",
        port -> {
          if (!port.hasNonNull("protocol")) {
            port.put("protocol", "TCP");
          }
        });
  }

  private static void encode(Manifest manifest) throws ManifestException {
    ObjectNode content = manifest.content();
    JsonNode stringData = content.path("stringData");
    if (stringData.isMissingNode() || stringData.isNull()) {
      return;
    }
    JsonNode given = content.path("data");
    boolean noData = given.isMissingNode() || given.isNull();
    if (!stringData.isObject() || !(noData || given.isObject())) {
      throw invalid(manifest, "data and stringData must be mappings");
    }
    ObjectNode data = noData ? content.putObject("data") : SharedNodes.own(content, "data");
    for (Map.Entry<String, JsonNode> entry : stringData.properties()) {
      if (!entry.getValue().isTextual()) {
        throw invalid(manifest, "stringData.%s is not text: quote it".formatted(entry.getKey()));
      }
      byte[] value = entry.getValue().textValue().getBytes(StandardCharsets.UTF_8);
      data.put(entry.getKey(), Base64.getEncoder().encodeToString(value));
    }
    content.remove("stringData");
  }

  private static ManifestException invalid(Manifest manifest, String problem) {
    return ManifestException.refused(
        RenderFailure.INVALID_MANIFEST, manifest.source() + ": " + problem, manifest.ref());
  }
}
