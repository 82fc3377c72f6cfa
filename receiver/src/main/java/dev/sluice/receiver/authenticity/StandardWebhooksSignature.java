package dev.sluice.receiver.authenticity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.receiver.request.RequestHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Standard Webhooks signature, used by GitLab's signing tokens: HMAC-SHA256 over {@code
 * id.timestamp.body}, in {@code webhook-signature: v1,<base64>}; several signatures are separated
 * by spaces. A timestamp more than five minutes from now is refused, which prevents the replay of a
 * recorded request.
 *
 * @see <a href="https://www.standardwebhooks.com">Standard Webhooks</a>
 */
public final class StandardWebhooksSignature implements Authenticator {

  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final String SECRET_PREFIX = "whsec_";
  private static final String SIGNATURE_PREFIX = "v1,";
  private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");

  private final HmacKeys keys;
  private final Clock clock;

  /**
   * Creates the authenticator.
   *
   * @param keys as decoded by {@link #key}
   */
  public StandardWebhooksSignature(List<byte[]> keys, Clock clock) {
    this.keys = new HmacKeys(keys);
    this.clock = clock;
  }

  /**
   * Returns the key in a signing token.
   *
   * @throws IllegalArgumentException if it is not {@code whsec_} and base64; the message does not
   *     contain it
   */
  public static byte[] key(String signingSecret) {
    if (!signingSecret.startsWith(SECRET_PREFIX)) {
      throw new IllegalArgumentException("a signing secret begins with " + SECRET_PREFIX);
    }
    byte[] key =
        base64(signingSecret.substring(SECRET_PREFIX.length()))
            .orElseThrow(
                () -> new IllegalArgumentException("a signing secret is base64 after whsec_"));
    if (key.length == 0) {
      throw new IllegalArgumentException("the signing secret is empty after " + SECRET_PREFIX);
    }
    return key;
  }

  @Override
  public Optional<BodyCheck> begin(RequestHeaders headers) {
    Optional<String> id = headers.single("webhook-id");
    Optional<String> timestamp = headers.single("webhook-timestamp").filter(this::isRecent);
    List<byte[]> digests = headers.single("webhook-signature").map(this::digests).orElse(List.of());
    if (id.isEmpty() || timestamp.isEmpty() || digests.isEmpty()) {
      return Optional.empty();
    }
    byte[] signedPrefix = (id.get() + "." + timestamp.get() + ".").getBytes(ISO_8859_1);
    return Optional.of(body -> keys.signed(digests, signedPrefix, body));
  }

  private boolean isRecent(String seconds) {
    if (!SECONDS.matcher(seconds).matches()) {
      return false;
    }
    Instant signedAt = Instant.ofEpochSecond(Long.parseLong(seconds));
    return Duration.between(signedAt, clock.instant()).abs().compareTo(TOLERANCE) <= 0;
  }

  /** Returns the symmetric signatures of the header; those of other versions are skipped. */
  private List<byte[]> digests(String header) {
    List<byte[]> digests = new ArrayList<>();
    for (String signature : header.split(" ", -1)) {
      if (signature.startsWith(SIGNATURE_PREFIX)) {
        base64(signature.substring(SIGNATURE_PREFIX.length()))
            .filter(digest -> digest.length == HmacKeys.DIGEST_BYTES)
            .ifPresent(digests::add);
      }
    }
    return digests;
  }

  private static Optional<byte[]> base64(String text) {
    try {
      return Optional.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
