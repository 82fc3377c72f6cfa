package dev.sluice.receiver.authenticity;

import dev.sluice.receiver.request.FormBody;
import dev.sluice.receiver.request.RequestHeaders;
import java.util.List;
import java.util.Optional;

/**
 * The signature of Gitea, Forgejo and Gogs: HMAC-SHA256 in bare hex digits. Unlike GitHub's it
 * covers the JSON and not the form around it. Senders without a secret send the header empty.
 *
 * @see <a href="https://docs.gitea.com/usage/webhooks">Gitea: webhooks</a>
 */
public final class BareSignature implements Authenticator {

  private final List<String> headers;
  private final HmacKeys keys;

  /**
   * @param headers names of the header, the best first
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
      return false; // what is no form has no signed part
    }
  }
}
