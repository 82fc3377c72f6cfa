package dev.sluice.receiver.authenticity;

import dev.sluice.receiver.request.FormBody;
import dev.sluice.receiver.request.RequestHeaders;
import java.util.List;
import java.util.Optional;

/**
 * Signature of Gitea, Forgejo and Gogs: HMAC-SHA256 as hex digits without a prefix. Unlike GitHub's
 * signature it covers the JSON and not the form around it. Senders without a secret send an empty
 * header.
 *
 * @see <a href="https://docs.gitea.com/usage/webhooks">Gitea: webhooks</a>
 */
public final class BareSignature implements Authenticator {

  private final List<String> headers;
  private final HmacKeys keys;

  /**
   * Creates the authenticator.
   *
   * @param headers names of the header, in order of preference
   */
  public BareSignature(List<String> headers, List<byte[]> secrets) {
    this.headers = List.copyOf(headers);
    this.keys = new HmacKeys(secrets);
  }

  @Override
  public Optional<BodyCheck> begin(RequestHeaders request) {
    boolean form = FormBody.isForm(request);
    return headers.stream()
        .filter(request::has)
        .findFirst()
        .flatMap(request::single)
        .flatMap(HmacKeys::hexDigest)
        .map(digest -> body -> signed(digest, form, body));
  }

  private boolean signed(byte[] digest, boolean form, byte[] body) {
    try {
      return keys.signed(List.of(digest), form ? FormBody.field("payload", body) : body);
    } catch (IllegalArgumentException e) {
      return false; // a body that is not a form has no signed field
    }
  }
}
