package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.plan.InventoryEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Encodes ledgers in ConfigMaps: JSON under one key of {@code data}, or compressed under the same
 * key of {@code binaryData} if it is large, since a ConfigMap is limited to 1 MiB.
 */
final class LedgerCodec {

  static final String KEY = "ledger";
  private static final int COMPRESS_FROM = 200 * 1024;

  /** Maximum size of a ledger in bytes; one of 10,000 objects has less than a quarter of it. */
  static final int MAX_CONTENT = 16 * 1024 * 1024;

  /** Shortens messages of parsers, which may repeat the content. */
  private static final int MAX_MESSAGE = 300;

  private LedgerCodec() {}

  /** Returns the content of a ledger. */
  static byte[] encode(Ledger ledger) {
    try {
      return Json.mapper().writeValueAsBytes(ledger);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the ledger of " + ledger.application(), e);
    }
  }

  /** Returns the size of a content as a ConfigMap holds it, in bytes. */
  static int storedBytes(byte[] content) {
    return content.length < COMPRESS_FROM ? content.length : gzip(content).length;
  }

  /** Puts a content into a ConfigMap. */
  static void put(byte[] content, ObjectNode configMap) {
    if (content.length < COMPRESS_FROM) {
      configMap.putObject("data").put(KEY, new String(content, UTF_8));
    } else {
      configMap.putObject("binaryData").put(KEY, Base64.getEncoder().encodeToString(gzip(content)));
    }
  }

  /**
   * Turns a ConfigMap into a patch that removes the other key, since the content may have been
   * under it before.
   */
  static void removeOtherKey(ObjectNode configMap) {
    configMap.putNull(configMap.has("data") ? "binaryData" : "data");
  }

  /**
   * Decodes a ledger.
   *
   * @throws DamagedLedgerException if the content is not valid
   */
  static Ledger decode(byte[] content) throws DamagedLedgerException {
    Ledger ledger;
    try {
      ledger = Json.mapper().readValue(content, Ledger.class);
    } catch (JsonProcessingException e) {
      throw new DamagedLedgerException(
          "its content is not valid: " + Excerpt.of(e.getOriginalMessage(), MAX_MESSAGE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from memory", e);
    }
    if (ledger == null) {
      throw new DamagedLedgerException("its content is null");
    }
    check(ledger);
    return ledger;
  }

  /**
   * Returns the uncompressed content of a ConfigMap.
   *
   * @throws DamagedLedgerException if it has none, or exceeds the maximum size
   */
  static byte[] content(JsonNode configMap) throws DamagedLedgerException {
    JsonNode text = configMap.path("data").path(KEY);
    if (text.isTextual()) {
      return text.asText().getBytes(UTF_8);
    }
    JsonNode compressed = configMap.path("binaryData").path(KEY);
    if (!compressed.isTextual()) {
      throw new DamagedLedgerException("it has no key '%s' in data or binaryData".formatted(KEY));
    }
    try {
      return gunzip(Base64.getDecoder().decode(compressed.asText()));
    } catch (IOException | IllegalArgumentException e) {
      throw new DamagedLedgerException(
          "its compressed content is damaged: "
              + Excerpt.of(String.valueOf(e.getMessage()), MAX_MESSAGE));
    }
  }

  /** Checks the constraints that the types of a ledger do not enforce. */
  private static void check(Ledger ledger) throws DamagedLedgerException {
    for (InventoryEntry entry : ledger.inventory().entries()) {
      check(entry.ref());
      if (entry.digest() == null) {
        throw new DamagedLedgerException("an object of its inventory has no digest");
      }
    }
    for (ObjectRef ref : ledger.intent()) {
      check(ref);
    }
  }

  @SuppressWarnings("NullAway")
  private static void check(ObjectRef ref) throws DamagedLedgerException {
    boolean isWhole =
        Stream.of(ref.apiVersion(), ref.kind(), ref.namespace(), ref.name())
            .allMatch(Objects::nonNull);
    if (!isWhole || ref.apiVersion().isEmpty() || ref.kind().isEmpty() || ref.name().isEmpty()) {
      throw new DamagedLedgerException("it names an object without apiVersion, kind or name");
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return out.toByteArray();
  }

  private static byte[] gunzip(byte[] bytes) throws IOException {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] content = gzip.readNBytes(MAX_CONTENT + 1);
      if (content.length > MAX_CONTENT) {
        throw new IOException("more than %d bytes".formatted(MAX_CONTENT));
      }
      return content;
    }
  }

  /** Thrown when the content of a ConfigMap is not a valid ledger; the message says why. */
  static final class DamagedLedgerException extends Exception {

    private static final long serialVersionUID = 1L;

    DamagedLedgerException(String problem) {
      super(problem);
    }
  }
}
