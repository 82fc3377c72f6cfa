package dev.sluice.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.platform.tls.SelfSigned;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS with a certificate of a private authority. */
class TrustedCertificatesIT {

  @TempDir private Path directory;
  private final SSLContext before = defaultContext();
  private final SSLSocketFactory factoryBefore = HttpsURLConnection.getDefaultSSLSocketFactory();
  private HttpsServer server;

  @BeforeEach
  void start() throws Exception {
    KeyStore store = SelfSigned.create(directory, "forge");
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, SelfSigned.password());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    Files.writeString(
        directory.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(store.getCertificate("forge").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    SSLContext.setDefault(before);
    HttpsURLConnection.setDefaultSSLSocketFactory(factoryBefore);
  }

  @Test
  void aPrivateAuthorityIsTrustedOnceItIsGiven() throws Exception {
    FetchOutcome.Failed refused = fetch("127.0.0.1");
    assertThat(refused.reason())
        .contains("not signed by a trusted authority", "--trusted-certificates");
    assertThat(refused.retryable()).isFalse();

    TrustedCertificates.trust(directory.resolve("ca.pem"));

    assertThat(fetch("127.0.0.1").reason()).contains("not found");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port() + "/")).build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(404);
    }
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    TrustedCertificates.trust(directory.resolve("ca.pem"));

    assertThat(fetch("localhost").reason()).contains("certificate is refused", "host name");
  }

  @Test
  void aFileWithoutCertificatesIsRefused() throws Exception {
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");

    assertThatThrownBy(() -> TrustedCertificates.trust(empty))
        .hasMessageContaining("--trusted-certificates")
        .hasMessageContaining("empty.pem");
  }

  private FetchOutcome.Failed fetch(String host) {
    try (Mirrors mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC())) {
      return (FetchOutcome.Failed)
          mirrors.fetchPinned(
              new RemotePolicy.Base(
                  new RepositoryId("forge.example/acme/shop"),
                  "https://%s:%d/acme/shop.git".formatted(host, port()),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()),
              "v1");
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private static SSLContext defaultContext() {
    try {
      return SSLContext.getDefault();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
