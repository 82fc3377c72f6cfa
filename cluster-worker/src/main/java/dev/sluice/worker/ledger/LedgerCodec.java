package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Ledgers in ConfigMaps: JSON under one key of {@code data}; a large one compressed under the same
 * key of {@code binaryData}, since a ConfigMap holds 1 MiB.
 */
final class LedgerCodec {

  private static final String KEY = "ledger";
  private static final int COMPRESS_FROM = 200 * 1024;

  private LedgerCodec() {}

  static void write(Ledger ledger, ObjectNode configMap) {
    try {
      byte[] json = Json.mapper().writeValueAsBytes(ledger);
      if (json.length < COMPRESS_FROM) {
        configMap.putObject("data").put(KEY, new String(json, UTF_8));
      } else {
        configMap.putObject("binaryData").put(KEY, Base64.getEncoder().encodeToString(gzip(json)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the ledger of " + ledger.application(), e);
    }
  }

  /** Makes a patch of a written ledger: it may have been kept under the other key before. */
  static void dropTheOther(ObjectNode configMap) {
    configMap.putNull(configMap.has("data") ? "binaryData" : "data");
  }

  /**
   * Reads a ledger.
   *
   * @throws IllegalStateException if the ConfigMap holds none that can be read
   */
  static StoredLedger read(JsonNode configMap) {
    JsonNode metadata = configMap.path("metadata");
    try {
      JsonNode text = configMap.path("data").path(KEY);
      byte[] json =
          text.isTextual()
              ? text.asText().getBytes(UTF_8)
              : gunzip(
                  Base64.getDecoder().decode(configMap.path("binaryData").path(KEY).asText("")));
      return new StoredLedger(
          Json.mapper().readValue(json, Ledger.class),
          metadata.path("uid").asText(""),
          metadata.path("resourceVersion").asText(""));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "ConfigMap %s/%s is no ledger that can be read: delete it, and it is made again from the log"
              .formatted(metadata.path("namespace").asText(), metadata.path("name").asText()),
          e);
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] gunzip(byte[] bytes) throws IOException {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return gzip.readAllBytes();
    }
  }
}
