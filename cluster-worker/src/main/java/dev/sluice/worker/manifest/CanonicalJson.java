package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Canonical JSON: keys sorted, no white space. It is written in pieces, never held as a whole. */
public final class CanonicalJson {

  private CanonicalJson() {}

  public static String sha256(JsonNode node) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (JsonGenerator out =
          Json.mapper()
              .createGenerator(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
        write(node, out);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(
          "a JSON tree always has bytes, and SHA-256 is always there", e);
    }
  }

  private static void write(JsonNode node, JsonGenerator out) throws IOException {
    switch (node) {
      case ObjectNode object -> {
        out.writeStartObject();
        for (Map.Entry<String, JsonNode> field : sorted(object).entrySet()) {
          out.writeFieldName(field.getKey());
          write(field.getValue(), out);
        }
        out.writeEndObject();
      }
      case ArrayNode array -> {
        out.writeStartArray();
        for (JsonNode element : array) {
          write(element, out);
        }
        out.writeEndArray();
      }
      case NullNode _ -> out.writeNull(); // whose serialize method needs a provider
      default -> node.serialize(out, null);
    }
  }

  private static Map<String, JsonNode> sorted(ObjectNode object) {
    Map<String, JsonNode> fields = new TreeMap<>();
    object.forEachEntry(fields::put);
    return fields;
  }
}
