package dev.sluice.receiver.authenticity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.receiver.request.RequestHeaders;
import java.util.List;
import java.util.Optional;

/** GitLab's {@code X-Gitlab-Token}: the secret itself in a header. It does not cover the body. */
public final class GitlabToken implements Authenticator {

  private static final String HEADER = "X-Gitlab-Token";

  private final Tokens tokens;

  public GitlabToken(List<byte[]> secrets) {
    this.tokens = new Tokens(secrets);
  }

  @Override
  public Optional<BodyCheck> begin(RequestHeaders headers) {
    return headers
        .single(HEADER)
        .filter(given -> tokens.contain(given.getBytes(ISO_8859_1)))
        .map(_ -> _ -> true);
  }
}
