package dev.sluice.dispatcher.archive;

import static dev.sluice.dispatcher.archive.SampleTarget.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.tls.SelfSigned;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose certificate only {@code --trusted-certificates} names. */
class S3TlsIT {

  @TempDir private Path directory;
  private final SSLSocketFactory before = HttpsURLConnection.getDefaultSSLSocketFactory();
  private SSLContext context;
  private HttpsServer server;

  @BeforeEach
  void start() throws Exception {
    context = certified(SelfSigned.create(directory, "store"));
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean isObject = exchange.getRequestURI().getPath().endsWith(".gz");
          boolean isHead = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(isObject && isHead ? 404 : 200, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    HttpsURLConnection.setDefaultSSLSocketFactory(before);
    server.stop(0);
  }

  @Test
  void theCertificatesThatTheProcessTrustsAreTrusted() throws Exception {
    ObjectKey key = new ObjectKey("blobs/00/some.gz");
    try (ObjectStore store = S3Store.open(location())) {
      assertThatThrownBy(() -> store.putIfAbsent(key, utf8("x")))
          .isInstanceOf(ArchiveException.Unavailable.class)
          .hasMessageContaining("certification path");

      HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());

      assertThat(store.putIfAbsent(key, utf8("x"))).isTrue();
    }
  }

  private S3Location location() throws Exception {
    Path key = Files.writeString(directory.resolve("key"), "key");
    SecretReference secret = new SecretReference("file:" + key);
    return new S3Location(
        "bucket",
        "",
        Optional.of(URI.create("https://127.0.0.1:" + server.getAddress().getPort())),
        Optional.empty(),
        Optional.of(new S3Location.Credentials(secret, secret)));
  }

  /** Returns a context that has a certificate and trusts it. */
  private static SSLContext certified(KeyStore store) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, SelfSigned.password());
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("store", store.getCertificate("store"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
