package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;

/**
 * One object as it should be.
 *
 * @param content the whole object; never changed once it is in here, so copy before changing
 * @param source where it was read, such as {@code apps/web/service.yaml, document 2}; for messages
 */
public record Manifest(ObjectRef ref, ObjectNode content, String source) {

  /** SHA-256 in hex over the canonical JSON of the content: equal objects, equal digests. */
  public String digest() {
    return CanonicalJson.sha256(content);
  }

  /** What the object's annotations ask for. */
  public Directives directives() {
    return Directives.of(content);
  }

  /** Leaves the content out: it may be a Secret. */
  @Override
  public String toString() {
    return "%s (%s)".formatted(ref, source);
  }
}
