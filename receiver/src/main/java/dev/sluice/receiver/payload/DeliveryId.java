package dev.sluice.receiver.payload;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The id of a delivery, the same when it is delivered again.
 *
 * @param fromForge whether the forge gave it. An id made from the body is the same for a ref that
 *     went there, back, and there again: it names events, but it does not tell a redelivery.
 */
public record DeliveryId(String value, boolean fromForge) {

  private static final int MAX_LENGTH = 128;

  /** The forge's id; empty if it is too long or holds anything but printable ASCII. */
  static Optional<DeliveryId> given(String id) {
    boolean usable = !id.isEmpty() && id.length() <= MAX_LENGTH;
    for (int i = 0; usable && i < id.length(); i++) {
      usable = id.charAt(i) > ' ' && id.charAt(i) <= '~';
    }
    return usable ? Optional.of(new DeliveryId(id, true)) : Optional.empty();
  }

  /** An id for a delivery that came without one: the SHA-256 of its body. */
  static DeliveryId ofBody(byte[] body) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return new DeliveryId("sha256:" + HexFormat.of().formatHex(digest), false);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
