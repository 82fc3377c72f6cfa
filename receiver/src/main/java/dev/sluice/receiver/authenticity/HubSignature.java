package dev.sluice.receiver.authenticity;

import dev.sluice.receiver.request.RequestHeaders;
import java.util.List;
import java.util.Optional;

/**
 * Signature in a header {@code sha256=<hex>}: HMAC-SHA256 over the raw body, for any content type.
 * GitHub, Bitbucket and generic senders use it, in headers of different names. SHA-1 signatures are
 * ignored.
 *
 * @see <a
 *     href="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries">GitHub:
 *     validating webhook deliveries</a>
 * @see <a href="https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/">Bitbucket:
 *     secure webhooks</a>
 */
public final class HubSignature implements Authenticator {

  private static final String PREFIX = "sha256=";

  private final String header;
  private final HmacKeys keys;

  public HubSignature(String header, List<byte[]> secrets) {
    this.header = header;
    this.keys = new HmacKeys(secrets);
  }

  @Override
  public Optional<BodyCheck> begin(RequestHeaders headers) {
    return headers
        .single(header)
        .filter(value -> value.startsWith(PREFIX))
        .flatMap(value -> HmacKeys.hexDigest(value.substring(PREFIX.length())))
        .map(digest -> body -> keys.signed(List.of(digest), body));
  }
}
