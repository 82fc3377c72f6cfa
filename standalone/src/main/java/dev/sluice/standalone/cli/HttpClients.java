package dev.sluice.standalone.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;

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
      builder.sslContext(WithoutTls.context());
    }
    return builder.build();
  }
}
