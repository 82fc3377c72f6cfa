package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes out what the API server makes of built-in kinds anyway.
 *
 * <p>Secrets: {@code stringData} is write-only, so a live object never shows it; and a key that
 * leaves it would stay in {@code data}, owned by nobody. Ports: {@code protocol} is part of the key
 * that server-side apply merges lists by, and releases differ in what they do without it
 * (kubernetes #92332). Custom kinds are not touched: nobody knows what their ports are.
 */
final class Spelling {

  /** Where a kind has its pod specification. */
  private static final Map<String, String> POD_SPECS =
      Map.of(
          " Pod", "/spec",
          " ReplicationController", "/spec/template/spec",
          "apps Deployment", "/spec/template/spec",
          "apps StatefulSet", "/spec/template/spec",
          "apps DaemonSet", "/spec/template/spec",
          "apps ReplicaSet", "/spec/template/spec",
          "batch Job", "/spec/template/spec",
          "batch CronJob", "/spec/jobTemplate/spec/template/spec");

  private Spelling() {}

  /** Changes the content in place. */
  static void correct(Manifest manifest) throws ManifestException {
    ObjectRef ref = manifest.ref();
    ObjectNode content = manifest.content();
    switch (ref.group() + " " + ref.kind()) {
      case " Secret" -> encode(manifest);
      case " Service" -> defaultProtocol(content.at("/spec/ports"));
      default ->
          Optional.ofNullable(POD_SPECS.get(ref.group() + " " + ref.kind()))
              .ifPresent(pointer -> podSpec(content.at(pointer)));
    }
  }

  private static void podSpec(JsonNode spec) {
    for (String containers : List.of("containers", "initContainers")) {
      spec.path(containers).forEach(container -> defaultProtocol(container.path("ports")));
    }
  }

  private static void defaultProtocol(JsonNode ports) {
    for (JsonNode port : ports) {
      if (port instanceof ObjectNode object && !object.hasNonNull("protocol")) {
        object.put("protocol", "TCP");
      }
    }
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
    ObjectNode data = noData ? content.putObject("data") : (ObjectNode) given;
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
        "InvalidManifest", manifest.source() + ": " + problem, manifest.ref());
  }
}
