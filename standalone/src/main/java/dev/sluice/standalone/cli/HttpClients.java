package dev.sluice.standalone.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Creates HTTP clients that are ready quickly. */
public final class HttpClients {

  private HttpClients() {}

  /**
   * Creates a client for one server.
   *
   * @param connect time limit of connecting
   */
  public static HttpClient of(URI server, Duration connect) {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(connect);
    if ("http".equalsIgnoreCase(server.getScheme())) {
      // without TLS, the default certificate authorities, which take long to read, are not needed
      builder.sslContext(contextWithoutAuthorities());
    }
    return builder.build();
  }

  private static SSLContext contextWithoutAuthorities() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
  }
}
