package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.kafka.TopicReader;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import dev.sluice.receiver.endpoint.Admission;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.http.Limits;
import dev.sluice.receiver.http.Listening;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The receiver over HTTP with a real broker. */
@ExtendWith(VertxExtension.class)
class ReceiverIT {

  private static final int PARTITIONS = 3;
  private static final String SECRET = "a secret of the test";
  private static final String AFTER = "5b1f0c7de9a84c3b2f6d1e0a9c8b7a6f5e4d3c2b";
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Limits LIMITS =
      new Limits(64 * 1024, 256 * 1024, Duration.ofSeconds(30), Duration.ofSeconds(15), 1_000, 0);
  private static final Limits IMPATIENT =
      new Limits(64 * 1024, 256 * 1024, Duration.ofSeconds(2), Duration.ofSeconds(1), 1_000, 0);

  @TempDir private Path directory;
  private WebClient client;

  @BeforeEach
  void setUp(Vertx vertx) throws IOException {
    client = WebClient.create(vertx);
    Files.writeString(directory.resolve("secret"), SECRET + "\n");
  }

  @AfterEach
  void tearDown() {
    client.close();
  }

  @Test
  void writesTheExactRecordAndThenAnswers202() {
    KafkaConnection kafka = KafkaFixture.provisioned(PARTITIONS);
    try (Receiver receiver = start(kafka)) {
      String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

      HttpResponse<Buffer> response =
          send(
              signedPush(receiver, push("refs/heads/main", AFTER), "d-1")
                  .putHeader("traceparent", trace),
              push("refs/heads/main", AFTER));

      assertThat(response.statusCode()).isEqualTo(202);
      assertThat(response.bodyAsJsonObject())
          .isEqualTo(new JsonObject("{\"events\":[\"github/d-1/0\"]}"));
      List<ConsumerRecord<String, byte[]>> records =
          new TopicReader(kafka).records(kafka.topics().changes());
      assertThat(records).hasSize(1);
      assertThat(records.getFirst().key()).isEqualTo("git.example.com/shop/frontend");
      Envelope<?> envelope = ((Decoded.Known) EventCodec.decode(records.getFirst())).envelope();
      assertThat(envelope.id().value()).isEqualTo("github/d-1/0");
      assertThat(envelope.source()).isEqualTo("receiver/github");
      assertThat(envelope.time()).isEqualTo(NOW);
      assertThat(envelope.trace().value()).startsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-");
      assertThat(envelope.event())
          .isEqualTo(
              new RefChanged(
                  new RepositoryId("git.example.com/shop/frontend"),
                  GitRef.branch("main"),
                  Optional.empty(),
                  Optional.of(new CommitId(AFTER)),
                  new Origin.Webhook("github", "d-1", Optional.of("ada"), NOW)));
    }
  }

  @Test
  void recognisesARedelivery() {
    KafkaConnection kafka = KafkaFixture.provisioned(PARTITIONS);
    Buffer body = push("refs/heads/main", AFTER);
    try (Receiver receiver = start(kafka)) {
      assertThat(send(signedPush(receiver, body, "d-1"), body).statusCode()).isEqualTo(202);
      List<Future<HttpResponse<Buffer>>> again =
          IntStream.range(0, 1_000)
              .mapToObj(_ -> signedPush(receiver, body, "d-1").sendBuffer(body))
              .toList();

      assertThat(again)
          .extracting(ReceiverIT::join)
          .allSatisfy(
              answer -> {
                assertThat(answer.statusCode()).isEqualTo(202);
                assertThat(answer.bodyAsString())
                    .isEqualTo("{\"events\":[\"github/d-1/0\"],\"redelivery\":true}");
              });
      assertThat(Running.ids(kafka)).containsExactly("github/d-1/0");
    }
    try (Receiver restarted = start(kafka)) {
      assertThat(send(signedPush(restarted, body, "d-1"), body).bodyAsString())
          .contains("github/d-1/0");
    }
  }

  @Test
  void refusesUnauthenticRequestsAndWritesNothing() {
    KafkaConnection kafka = KafkaFixture.provisioned(PARTITIONS);
    try (Receiver receiver = start(kafka)) {
      Buffer body = push("refs/heads/main", AFTER);
      Buffer other = push("refs/heads/evil", AFTER);

      HttpResponse<Buffer> unsigned = send(post(receiver, "github", "d-1"), body);
      HttpResponse<Buffer> tampered = send(signedPush(receiver, body, "d-1"), other);

      assertThat(unsigned.statusCode()).isEqualTo(401);
      assertThat(tampered.statusCode()).isEqualTo(401);
      assertThat(tampered.bodyAsString()).isEqualTo("{\"error\":\"unauthenticated\"}");
      assertThat(send(signedPush(receiver, body, "marker"), body).statusCode()).isEqualTo(202);
      assertThat(Running.ids(kafka)).containsExactly("github/marker/0");
    }
  }

  @Test
  void answersDeliveriesWithoutEvents() {
    try (Receiver receiver = start(KafkaFixture.provisioned(PARTITIONS))) {
      Buffer body = Buffer.buffer("{\"zen\":\"calm\"}");

      HttpResponse<Buffer> ping =
          send(signedPush(receiver, body, "d-1").putHeader("X-GitHub-Event", "ping"), body);
      HttpResponse<Buffer> malformed = send(signedPush(receiver, body, "d-2"), body);
      HttpResponse<Buffer> unknown = send(post(receiver, "other", "d-3"), body);
      HttpResponse<Buffer> get =
          join(client.get(receiver.port(), "127.0.0.1", "/webhooks/github").send());

      assertThat(ping.statusCode()).isEqualTo(200);
      assertThat(ping.bodyAsString()).isEqualTo("{\"ignored\":\"ping\"}");
      assertThat(malformed.statusCode()).isEqualTo(400);
      assertThat(malformed.bodyAsString())
          .isEqualTo("{\"error\":\"repository.full_name is missing\"}");
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(get.statusCode()).isEqualTo(405);
      assertThat(get.getHeader("Allow")).isEqualTo("POST");
    }
  }

  @Test
  void refusesALargeBodyDeclaredOrStreamed() throws IOException {
    try (Receiver receiver = start(KafkaFixture.provisioned(PARTITIONS));
        Socket streamed = new Socket(InetAddress.getLoopbackAddress(), receiver.port())) {
      Buffer body = Buffer.buffer(new byte[LIMITS.maxBodyBytes() + 1]);
      Buffer largest = Buffer.buffer(new byte[LIMITS.maxBodyBytes()]);

      streamed.setSoTimeout(10_000);
      streamed
          .getOutputStream()
          .write(
              """
              POST /webhooks/github HTTP/1.1\r
              Host: x\r
              Transfer-Encoding: chunked\r
              X-Hub-Signature-256: sha256=%s\r
              \r
              %x\r
              """
                  .formatted("0".repeat(64), body.length())
                  .getBytes(UTF_8));
      streamed.getOutputStream().write(body.getBytes());

      assertThat(new String(streamed.getInputStream().readNBytes(12), UTF_8))
          .isEqualTo("HTTP/1.1 413");
      assertThat(send(signedPush(receiver, body, "d-1"), body).statusCode()).isEqualTo(413);
      assertThat(send(signedPush(receiver, largest, "d-3"), largest).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void closesSlowConnections() throws IOException {
    try (Receiver receiver = start(KafkaFixture.provisioned(PARTITIONS), IMPATIENT);
        Socket slowHeaders = new Socket(InetAddress.getLoopbackAddress(), receiver.port());
        Socket slowBody = new Socket(InetAddress.getLoopbackAddress(), receiver.port())) {
      slowHeaders.setSoTimeout(10_000);
      slowBody.setSoTimeout(10_000);
      slowHeaders.getOutputStream().write("POST /webhooks/github HTTP/1.1\r\n".getBytes(UTF_8));
      slowBody
          .getOutputStream()
          .write(
              """
              POST /webhooks/github HTTP/1.1\r
              Host: x\r
              Content-Length: 10\r
              X-Hub-Signature-256: sha256=%s\r
              \r
              12345\
              """
                  .formatted("0".repeat(64))
                  .getBytes(UTF_8));

      assertThat(slowHeaders.getInputStream().readAllBytes()).isEmpty();
      assertThat(new String(slowBody.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 408");
    }
  }

  @Test
  void answers503WhileTheBrokerIsDownAndRecovers() throws IOException {
    int port = FreePort.find();
    KafkaConnection kafka = new KafkaConnection("127.0.0.1:" + port, Topics.DEFAULT, Map.of());
    try (Receiver receiver = start(kafka, IMPATIENT)) {
      Buffer body = push("refs/heads/main", AFTER);

      HttpResponse<Buffer> away = send(signedPush(receiver, body, "d-1"), body);

      assertThat(away.statusCode()).isEqualTo(503);
      assertThat(away.getHeader("Retry-After")).isEqualTo("10");
      assertThat(health(receiver, "/livez")).isEqualTo(200);
      assertThat(health(receiver, "/readyz")).isEqualTo(503);
      try (EmbeddedBroker _ = EmbeddedBroker.start(directory.resolve("kafka"), port)) {
        provision(kafka);
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> send(signedPush(receiver, body, "d-2"), body).statusCode() == 202);
        assertThat(Running.ids(kafka)).contains("github/d-2/0");
        await().atMost(Duration.ofSeconds(30)).until(() -> health(receiver, "/readyz") == 200);
      }
    }
  }

  @Test
  void isNotReadyWithoutItsTopic() {
    KafkaConnection kafka = KafkaFixture.connect();
    try (Receiver receiver = start(kafka)) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> readiness(receiver).contains("does not exist"));
      // the port for webhooks gives no reasons
      assertThat(join(client.get(receiver.port(), "127.0.0.1", "/readyz").send()).bodyAsString())
          .doesNotContain("does not exist");
      provision(kafka);
      await().atMost(Duration.ofSeconds(30)).until(() -> health(receiver, "/readyz") == 200);
    }
  }

  @Test
  void answersExpect100Continue() throws IOException {
    try (Receiver receiver = start(KafkaFixture.provisioned(PARTITIONS));
        Socket sender = new Socket(InetAddress.getLoopbackAddress(), receiver.port())) {
      sender.setSoTimeout(10_000);
      byte[] body = push("refs/heads/main", AFTER).getBytes();

      sender.getOutputStream().write(head("d-1", body, "Expect: 100-continue\r\n"));
      assertThat(new String(sender.getInputStream().readNBytes(25), UTF_8))
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      sender.getOutputStream().write(body);

      assertThat(new String(sender.getInputStream().readNBytes(12), UTF_8))
          .isEqualTo("HTTP/1.1 202");
    }
  }

  @Test
  void finishesRequestsInProgressBeforeItCloses() throws IOException {
    KafkaConnection kafka = KafkaFixture.provisioned(PARTITIONS);
    Receiver receiver = start(kafka);
    try (Socket sender = new Socket(InetAddress.getLoopbackAddress(), receiver.port())) {
      sender.setSoTimeout(10_000);
      byte[] body = push("refs/heads/main", AFTER).getBytes();
      sender.getOutputStream().write(head("d-1", body, "Expect: 100-continue\r\n"));
      assertThat(sender.getInputStream().readNBytes(25)).hasSize(25);

      CompletableFuture<Void> closed = CompletableFuture.runAsync(receiver::close);
      await().atMost(Duration.ofSeconds(10)).until(() -> refusesConnections(receiver.port()));
      assertThat(closed).isNotDone();
      sender.getOutputStream().write(body);

      assertThat(new String(sender.getInputStream().readNBytes(12), UTF_8))
          .isEqualTo("HTTP/1.1 202");
      closed.join();
    }
    assertThat(Running.ids(kafka)).containsExactly("github/d-1/0");
  }

  private static byte[] head(String delivery, byte[] body, String more) {
    return """
    POST /webhooks/github HTTP/1.1\r
    Host: x\r
    Content-Length: %d\r
    Content-Type: application/json\r
    X-GitHub-Event: push\r
    X-GitHub-Delivery: %s\r
    X-Hub-Signature-256: %s\r
    %s\r
    """
        .formatted(body.length, delivery, Signed.github(SECRET, body), more)
        .getBytes(UTF_8);
  }

  private static boolean refusesConnections(int port) {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private Receiver start(KafkaConnection kafka) {
    return start(kafka, LIMITS);
  }

  private Receiver start(KafkaConnection kafka, Limits limits) {
    Endpoint endpoint =
        new Endpoint(
            "github",
            ForgeAddress.parse(Forge.GITHUB, "git.example.com"),
            List.of(new SecretReference("file:" + directory.resolve("secret"))),
            List.of(),
            Admission.ANY,
            Optional.empty());
    return Receiver.start(
        new ReceiverConfig(
            new Listening("127.0.0.1", 0, Optional.of(0), Optional.empty(), List.of()),
            List.of(endpoint),
            limits,
            Duration.ofMinutes(2)),
        kafka,
        CLOCK);
  }

  private HttpRequest<Buffer> signedPush(Receiver receiver, Buffer body, String delivery) {
    return post(receiver, "github", delivery)
        .putHeader("X-Hub-Signature-256", Signed.github(SECRET, body.getBytes()));
  }

  private HttpRequest<Buffer> post(Receiver receiver, String endpoint, String delivery) {
    return client
        .post(receiver.port(), "127.0.0.1", "/webhooks/" + endpoint)
        .putHeader("Content-Type", "application/json")
        .putHeader("X-GitHub-Event", "push")
        .putHeader("X-GitHub-Delivery", delivery);
  }

  private String readiness(Receiver receiver) {
    int port = receiver.healthPort().orElseThrow();
    return join(client.get(port, "127.0.0.1", "/readyz").send()).bodyAsString();
  }

  private int health(Receiver receiver, String path) {
    return join(client.get(receiver.port(), "127.0.0.1", path).send()).statusCode();
  }

  private static HttpResponse<Buffer> send(HttpRequest<Buffer> request, Buffer body) {
    return join(request.sendBuffer(body));
  }

  private static <T> T join(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static Buffer push(String ref, String after) {
    return Buffer.buffer(
        """
        {"ref":"%s","after":"%s","repository":{"full_name":"Shop/Frontend"},"pusher":{"name":"ada"}}
        """
            .formatted(ref, after));
  }

  private static void provision(KafkaConnection kafka) {
    try (Admin admin = Admin.create(kafka.admin())) {
      new TopicProvisioner(admin, kafka.topics()).provision(PARTITIONS);
    }
  }
}
