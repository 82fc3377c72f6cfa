package dev.sluice.inputs.remote;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * Credentials for one origin (scheme, host and port). They are not sent to other origins that a
 * server redirects to.
 *
 * @param origin any URI of the origin
 * @param header the value of the header {@code Authorization}
 */
record Authorization(URI origin, String header) {

  /** The user name that forges expect with a bare token. */
  private static final String TOKEN_USER = "x-access-token";

  /**
   * Returns basic authentication with a secret.
   *
   * @param secret {@code user:password} or a bare token
   */
  static Authorization basic(URI origin, String secret) {
    String login = secret.contains(":") ? secret : TOKEN_USER + ":" + secret;
    byte[] bytes = login.getBytes(StandardCharsets.UTF_8);
    return new Authorization(origin, "Basic " + Base64.getEncoder().encodeToString(bytes));
  }

  static Authorization bearer(URI origin, String token) {
    return new Authorization(origin, "Bearer " + token);
  }

  boolean isFor(URI uri) {
    return isSameOrigin(uri, origin);
  }

  /** Returns whether two URIs have the same scheme, host and port. */
  static boolean isSameOrigin(URI one, URI other) {
    return place(one).equals(place(other));
  }

  private static String place(URI uri) {
    boolean tls = uri.getScheme().equalsIgnoreCase("https");
    int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
    return (uri.getScheme() + "://" + uri.getHost() + ":" + port).toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "Authorization[...]";
  }
}
