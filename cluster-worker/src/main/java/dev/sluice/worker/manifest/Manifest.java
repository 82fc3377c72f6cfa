package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;

/**
 * The desired state of one object.
 *
 * @param content the whole object; must not be changed, so copy before changing
 * @param source where it was read, such as {@code apps/web/service.yaml, document 2}; for messages
 */
public record Manifest(ObjectRef ref, ObjectNode content, String source) {

  /**
   * Returns the SHA-256 in hex of the content's canonical JSON: equal objects have equal digests.
   */
  public String digest() {
    return CanonicalJson.sha256(content);
  }

  /** Returns the instructions in the object's annotations. */
  public Directives directives() {
    return Directives.of(content);
  }

  /** Omits the content, which may be a Secret. */
  @Override
  public String toString() {
    return "%s (%s)".formatted(ref, source);
  }
}
