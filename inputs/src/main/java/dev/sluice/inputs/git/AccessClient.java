package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.HttpsAccess;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;

/** HTTP clients with the certificates and the proxy of a repository, which follow no redirects. */
final class AccessClient {

  private AccessClient() {}

  /**
   * Creates a client.
   *
   * @throws IllegalStateException if a reference cannot be read; the message has the location only
   */
  static HttpClient of(HttpsAccess access, Duration connecting) throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(connecting)
            .followRedirects(HttpClient.Redirect.NEVER);
    Optional.ofNullable(Authenticator.getDefault()).ifPresent(builder::authenticator);
    access
        .proxy()
        .map(proxy -> SameHost.proxy(proxy, access.proxyCredentials()))
        .map(Proxy::address)
        .map(InetSocketAddress.class::cast)
        .map(ProxySelector::of)
        .ifPresent(builder::proxy);
    Optional<TlsAccess> tls = TlsAccess.of(access);
    try {
      if (tls.isPresent()) {
        builder.sslContext(tls.get().context());
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates of the fleet cannot be used", e);
    }
    return builder.build();
  }
}
