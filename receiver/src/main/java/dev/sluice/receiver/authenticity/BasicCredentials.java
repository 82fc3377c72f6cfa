package dev.sluice.receiver.authenticity;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.receiver.request.RequestHeaders;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * HTTP basic authentication (RFC 7617), the only scheme of Azure DevOps. It authenticates the
 * sender but does not cover the body.
 */
public final class BasicCredentials implements Authenticator {

  private static final String SCHEME = "basic ";

  private final Tokens credentials;

  /**
   * Creates the authenticator.
   *
   * @param credentials each {@code user:password}
   */
  public BasicCredentials(List<byte[]> credentials) {
    this.credentials = new Tokens(credentials);
  }

  /**
   * Returns the credentials in a secret.
   *
   * @throws IllegalArgumentException if it is not a user and a password; the message does not
   *     contain it
   */
  public static byte[] key(String secret) {
    int colon = secret.indexOf(':');
    if (colon < 1 || colon == secret.length() - 1) {
      throw new IllegalArgumentException("basic authentication needs USER:PASSWORD, neither empty");
    }
    return secret.getBytes(UTF_8);
  }

  @Override
  public Optional<BodyCheck> begin(RequestHeaders headers) {
    return headers
        .single("Authorization")
        .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
        .flatMap(value -> decode(value.substring(SCHEME.length()).strip()))
        .filter(credentials::contain)
        .map(_ -> _ -> true);
  }

  private static Optional<byte[]> decode(String base64) {
    try {
      return Optional.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
