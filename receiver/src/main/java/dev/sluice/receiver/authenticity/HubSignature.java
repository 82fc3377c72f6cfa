package dev.sluice.receiver.authenticity;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * GitHub's {@code X-Hub-Signature-256: sha256=<hex>}, HMAC-SHA256 over the raw body, whichever
 * content type it has. The older SHA-1 header is not looked at.
 *
 * @see <a
 *     href="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries">GitHub:
 *     validating webhook deliveries</a>
 */
public final class GithubSignature implements Authenticator {

  private static final String HEADER = "X-Hub-Signature-256";
  private static final String PREFIX = "sha256=";

  private final HmacKeys keys;

  public GithubSignature(List<byte[]> secrets) {
    this.keys = new HmacKeys(secrets);
  }

  @Override
  public Optional<BodyCheck> begin(RequestHeaders headers) {
    return headers
        .single(HEADER)
        .flatMap(GithubSignature::digest)
        .map(digest -> body -> keys.signed(List.of(digest), body));
  }

  private static Optional<byte[]> digest(String header) {
    if (!header.startsWith(PREFIX)
        || header.length() != PREFIX.length() + 2 * HmacKeys.DIGEST_BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(HexFormat.of().parseHex(header, PREFIX.length(), header.length()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
