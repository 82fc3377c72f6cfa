package dev.sluice.dispatcher.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The JSON of a target in which the contents of its files are replaced by references to blobs. All
 * else is kept as it is, also fields that this version does not know. The digest of the whole JSON
 * is part of it.
 *
 * @param json {@code {"format": 1, "digest": D, "target": T}}. In T, the text or the bytes of a
 *     file are {@code {"sha256": D, "size": N}}; T itself is, if it could not be restored from its
 *     parts
 */
record Manifest(ObjectNode json) {

  private static final int FORMAT = 1;

  private static final ObjectReader READER =
      Json.mapper()
          .reader()
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);

  /** A manifest and the contents that its references are about. */
  record Split(Manifest manifest, Map<Digest, byte[]> contents) {}

  /**
   * A reference to a blob.
   *
   * @param size the number of its bytes, uncompressed
   */
  record Reference(Digest digest, int size) {

    private static Reference to(byte[] content) {
      return new Reference(Digest.of(content), content.length);
    }

    private ObjectNode json() {
      return JsonNodeFactory.instance.objectNode().put("sha256", digest.hex()).put("size", size);
    }

    private static Optional<Reference> of(JsonNode json) {
      return json.path("sha256").isTextual() && json.path("size").canConvertToInt()
          ? Optional.of(
              new Reference(
                  new Digest(json.path("sha256").textValue()), json.get("size").intValue()))
          : Optional.empty();
    }
  }

  /** The JSON is not a manifest, or the bytes that it leads to are not those that were split. */
  static final class InvalidManifestException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidManifestException(String message) {
      super(message);
    }
  }

  /**
   * Splits the JSON of a target.
   *
   * @throws IllegalArgumentException if it is not JSON
   */
  static Split split(byte[] target) {
    Map<Digest, byte[]> contents = new LinkedHashMap<>();
    try {
      JsonNode tree = READER.readTree(target);
      for (JsonNode source : tree.path("sources")) {
        for (JsonNode file : source.path("files")) {
          replaceContent(file, contents);
        }
      }
      Manifest manifest = of(target, tree);
      if (Arrays.equals(target, manifest.restored(reference -> contents.get(reference.digest())))) {
        return new Split(manifest, contents);
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException("the target is not JSON", e);
    } catch (IOException | InvalidManifestException e) {
      // its parts do not lead to the same bytes
    }
    Reference whole = Reference.to(target);
    return new Split(of(target, whole.json()), Map.of(whole.digest(), target));
  }

  private static Manifest of(byte[] target, JsonNode parts) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("format", FORMAT).put("digest", Digest.of(target).hex()).set("target", parts);
    return new Manifest(json);
  }

  private static void replaceContent(JsonNode file, Map<Digest, byte[]> contents)
      throws IOException {
    if (file instanceof ObjectNode object) {
      String field = contentField(object);
      JsonNode value = object.path(field);
      if (value.isTextual()) {
        byte[] content =
            field.equals("text") ? value.textValue().getBytes(UTF_8) : value.binaryValue();
        Reference reference = Reference.to(content);
        contents.put(reference.digest(), content);
        object.set(field, reference.json());
      }
    }
  }

  /** Returns the field with the content of a file; empty if that is no blob, as of a link. */
  private static String contentField(JsonNode file) {
    return switch (file.path("kind").asText()) {
      case "text" -> "text";
      case "binary" -> "bytes";
      default -> "";
    };
  }

  /**
   * Reads a manifest.
   *
   * @throws InvalidManifestException if it is not one, or has the format of a later version
   */
  static Manifest read(byte[] bytes) throws InvalidManifestException {
    try {
      if (READER.readTree(bytes) instanceof ObjectNode json
          && json.path("digest").isTextual()
          && json.has("target")) {
        if (json.path("format").asInt() != FORMAT) {
          throw new InvalidManifestException("has a format that this version cannot read");
        }
        return new Manifest(json);
      }
      throw new InvalidManifestException("is not a manifest");
    } catch (IOException e) {
      throw new InvalidManifestException("is not JSON");
    }
  }

  byte[] bytes() {
    return written(json);
  }

  /** Returns the digest of the whole target. */
  String digest() {
    return json.path("digest").textValue();
  }

  /**
   * Returns the JSON of the target.
   *
   * @param contents returns the bytes of a reference
   * @throws InvalidManifestException if the result does not have the digest that it should have
   */
  byte[] restored(Function<Reference, byte[]> contents) throws InvalidManifestException {
    byte[] restored;
    try {
      restored = restore(contents);
    } catch (IllegalArgumentException e) {
      throw new InvalidManifestException("has a reference that is none");
    }
    if (!Digest.of(restored).hex().equals(digest())) {
      throw new InvalidManifestException("leads to another target than was written");
    }
    return restored;
  }

  private byte[] restore(Function<Reference, byte[]> contents) {
    JsonNode tree = json.path("target").deepCopy();
    Optional<Reference> whole = Reference.of(tree);
    if (whole.isPresent()) {
      return contents.apply(whole.get());
    }
    for (JsonNode source : tree.path("sources")) {
      for (JsonNode file : source.path("files")) {
        if (file instanceof ObjectNode object) {
          restoreContent(object, contents);
        }
      }
    }
    return written(tree);
  }

  private static void restoreContent(ObjectNode file, Function<Reference, byte[]> contents) {
    String field = contentField(file);
    Reference.of(file.path(field))
        .map(contents)
        .ifPresent(
            content -> {
              if (field.equals("text")) {
                file.put(field, new String(content, UTF_8));
              } else {
                file.put(field, content);
              }
            });
  }

  private static byte[] written(JsonNode tree) {
    try {
      return Json.mapper().writeValueAsBytes(tree);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("the JSON has text that UTF-8 cannot encode", e);
    }
  }
}
