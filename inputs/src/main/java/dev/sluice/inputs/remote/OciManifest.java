package dev.sluice.inputs.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md">image
 * manifest</a> of an OCI artifact.
 *
 * @param digest {@code sha256:HEX} of the manifest
 * @param config the media type of its config
 */
record OciManifest(
    String digest, String config, List<Layer> layers, Map<String, String> annotations) {

  static final String TYPE = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final JsonMapper JSON = new JsonMapper();

  /** The kinds of content that Sluice reads. */
  enum Kind {
    /** As {@code helm push} writes it. */
    CHART("application/vnd.cncf.helm.chart.content.v1.tar+gzip"),

    /** As {@code flux push artifact} writes it. */
    FLUX("application/vnd.cncf.flux.content.v1.tar+gzip"),

    /** A layer without a type of its own, as {@code oras push} writes it for directories. */
    FILES("application/vnd.oci.image.layer.v1.tar+gzip");

    private final String mediaType;

    Kind(String mediaType) {
      this.mediaType = mediaType;
    }
  }

  private static final String IMAGE = "application/vnd.oci.image.config.v1+json";

  /** A part of the artifact. */
  record Layer(String mediaType, String digest) {}

  /**
   * Parses a manifest.
   *
   * @param name of the repository, for messages
   * @throws RemoteException if it is none
   */
  static OciManifest of(byte[] json, String name) throws RemoteException {
    try {
      JsonNode manifest = JSON.readTree(json);
      List<Layer> layers = new ArrayList<>();
      for (JsonNode layer : manifest.path("layers")) {
        layers.add(new Layer(layer.path("mediaType").asText(), layer.path("digest").asText()));
      }
      Map<String, String> annotations = new HashMap<>();
      manifest
          .path("annotations")
          .properties()
          .forEach(one -> annotations.put(one.getKey(), one.getValue().asText()));
      return new OciManifest(
          Sha256.digest(json),
          manifest.path("config").path("mediaType").asText(),
          List.copyOf(layers),
          Map.copyOf(annotations));
    } catch (IOException e) {
      throw new RemoteException(
          SourceFailure.REMOTE_INVALID, "the manifest of '%s' is no JSON".formatted(name));
    }
  }

  /** Returns the digest of the only, or first, content of a kind; empty if there is none. */
  Optional<String> digestOf(Kind kind) {
    List<String> digests =
        layers.stream()
            .filter(layer -> layer.mediaType().equals(kind.mediaType))
            .map(Layer::digest)
            .filter(digest -> DIGEST.matcher(digest).matches())
            .toList();
    boolean isOther = kind == Kind.FILES && (digests.size() != 1 || config.equals(IMAGE));
    return isOther ? Optional.empty() : digests.stream().findFirst();
  }
}
