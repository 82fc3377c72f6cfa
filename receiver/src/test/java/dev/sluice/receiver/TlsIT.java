package dev.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.tls.SelfSigned;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, HTTP/2 over TLS, and the replacement of a certificate without a restart. */
class TlsIT {

  private final KafkaConnection kafka = KafkaFixture.provisioned(Running.PARTITIONS);
  @TempDir private Path directory;

  @Test
  void servesHttp2AndReloadsItsCertificate() throws Exception {
    KeyStore first = SelfSigned.create(directory, "first");
    KeyStore second = SelfSigned.create(directory, "second");
    install(first);
    Map<String, String> settings =
        Map.of(
            "webhook-certificate", directory.resolve("tls.crt").toString(),
            "webhook-key", directory.resolve("tls.key").toString());
    try (Running running = Running.start(directory, kafka, settings)) {
      HttpResponse<String> answer = push(running, first, "d-1");
      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);

      Files.writeString(directory.resolve("tls.crt"), "half a certificate");
      await()
          .during(Duration.ofSeconds(3))
          .atMost(Duration.ofSeconds(20))
          .until(() -> push(running, first, "d-1").statusCode() == 202);

      install(second);
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> push(running, second, "d-2").statusCode() == 202);
    }
    assertThat(Running.ids(kafka)).containsExactlyInAnyOrder("github/d-1/0", "github/d-2/0");
  }

  @Test
  void doesNotStartWithoutAUsableCertificate() throws Exception {
    Map<String, String> settings =
        Map.of("webhook-certificate", "no/such/file", "webhook-key", "no/such/file");
    assertThatThrownBy(() -> Running.start(directory, kafka, settings))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no/such/file");
  }

  private static HttpResponse<String> push(Running running, KeyStore trusted, String delivery)
      throws Exception {
    byte[] body = Running.body("Shop/Frontend", "refs/heads/main");
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    URI uri = URI.create("https://127.0.0.1:" + running.port() + "/webhooks/github");
    try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
      return http.send(
          HttpRequest.newBuilder(uri)
              .header("X-GitHub-Event", "push")
              .header("X-GitHub-Delivery", delivery)
              .header("X-Hub-Signature-256", Signed.github(Running.SECRET, body))
              .POST(HttpRequest.BodyPublishers.ofByteArray(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private void install(KeyStore store) throws GeneralSecurityException, IOException {
    String name = store.aliases().nextElement();
    Certificate certificate = store.getCertificate(name);
    Files.writeString(directory.resolve("tls.crt"), pem("CERTIFICATE", certificate.getEncoded()));
    Files.writeString(
        directory.resolve("tls.key"),
        pem("PRIVATE KEY", store.getKey(name, SelfSigned.password()).getEncoded()));
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(der), what);
  }
}
