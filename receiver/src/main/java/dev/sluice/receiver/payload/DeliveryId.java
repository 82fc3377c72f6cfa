package dev.sluice.receiver.payload;

import dev.sluice.receiver.request.RequestHeaders;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Id of a delivery, the same for its redeliveries.
 *
 * @param fromForge whether the forge assigned it. An id derived from the body repeats when a ref
 *     moves back and forth: it can name events, but cannot identify a redelivery.
 */
public record DeliveryId(String value, boolean fromForge) {

  private static final int MAX_LENGTH = 128;
  private static final List<String> FORGES_HEADERS =
      List.of(
          "X-GitHub-Delivery",
          "X-Gitea-Delivery",
          "X-Forgejo-Delivery",
          "X-Gogs-Delivery",
          "Idempotency-Key",
          "webhook-id",
          "X-Request-UUID",
          "X-Request-Id",
          GenericPayloads.DELIVERY);

  /**
   * Returns the forge's id, or empty if it is too long or has characters other than printable
   * ASCII.
   */
  static Optional<DeliveryId> given(String id) {
    boolean usable = !id.isEmpty() && id.length() <= MAX_LENGTH;
    for (int i = 0; usable && i < id.length(); i++) {
      usable = id.charAt(i) > ' ' && id.charAt(i) <= '~';
    }
    return usable ? Optional.of(new DeliveryId(id, true)) : Optional.empty();
  }

  /**
   * Returns the id in the headers of any forge, which the sender may have chosen; empty if there is
   * none.
   */
  public static Optional<DeliveryId> claimed(RequestHeaders headers) {
    return FORGES_HEADERS.stream()
        .flatMap(name -> headers.single(name).flatMap(DeliveryId::given).stream())
        .findFirst();
  }

  /** Returns an id for a delivery without one: the SHA-256 of its body. */
  static DeliveryId ofBody(byte[] body) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return new DeliveryId("sha256:" + HexFormat.of().formatHex(digest), false);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
