package dev.sluice.inputs.remote;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * Who we are, and to whom alone that is told: a scheme, a host and a port. Whatever else a server
 * sends us to learns nothing.
 *
 * @param origin any URI there
 * @param header value of the header {@code Authorization}
 */
record Authority(URI origin, String header) {

  /** What forges take as the user name of a bare token. */
  private static final String TOKEN_USER = "x-access-token";

  /**
   * By user and password.
   *
   * @param secret {@code user:password} or a bare token
   */
  static Authority basic(URI origin, String secret) {
    String login = secret.contains(":") ? secret : TOKEN_USER + ":" + secret;
    byte[] bytes = login.getBytes(StandardCharsets.UTF_8);
    return new Authority(origin, "Basic " + Base64.getEncoder().encodeToString(bytes));
  }

  static Authority bearer(URI origin, String token) {
    return new Authority(origin, "Bearer " + token);
  }

  boolean isFor(URI uri) {
    return place(uri).equals(place(origin));
  }

  private static String place(URI uri) {
    boolean tls = uri.getScheme().equalsIgnoreCase("https");
    int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
    return (uri.getScheme() + "://" + uri.getHost() + ":" + port).toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "Authority[...]";
  }
}
