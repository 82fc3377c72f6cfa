package dev.sluice.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.jgit.lib.ObjectId;

/** Sender of GitHub push webhooks over a persistent connection. */
public final class Webhook {

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI url;
  private final SecretKeySpec secret;
  private final String repository;

  public Webhook(URI url, String secret, String repository) {
    this.url = url;
    this.secret = new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256");
    this.repository = repository;
  }

  void send(ObjectId before, ObjectId after)
      throws IOException, InterruptedException, GeneralSecurityException {
    send(repository, before.name(), after.name());
  }

  /**
   * Sends a webhook of a push to {@code main} of any repository of the host, which need not exist.
   */
  public void send(String repository, String before, String after)
      throws IOException, InterruptedException, GeneralSecurityException {
    byte[] body =
        """
        {"ref":"refs/heads/main","before":"%s","after":"%s","created":false,"deleted":false,
         "forced":false,"repository":{"id":1,"full_name":"%s"},"pusher":{"name":"benchmark"},"commits":[]}
        """
            .formatted(before, after, repository)
            .getBytes(UTF_8);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(secret);
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .header("X-GitHub-Event", "push")
                .header("X-GitHub-Delivery", UUID.randomUUID().toString())
                .header(
                    "X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(mac.doFinal(body)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 202) {
      throw new IllegalStateException(
          "the receiver answered %d: %s".formatted(answer.statusCode(), answer.body()));
    }
  }
}
