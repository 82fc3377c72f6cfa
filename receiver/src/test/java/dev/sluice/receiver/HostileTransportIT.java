package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that no HTTP client would send, byte by byte. Whatever the response, they cause no
 * event, and an ordinary delivery is accepted right after.
 */
class HostileTransportIT {

  private static final byte[] BODY = Running.body("Shop/Frontend", "refs/heads/main");
  private static final String SIGNED =
      "X-Hub-Signature-256: " + Signed.github(Running.SECRET, BODY);
  private static final String FORGED = "X-Hub-Signature-256: sha256=" + "0".repeat(64);

  private final KafkaConnection kafka = KafkaFixture.provisioned(Running.PARTITIONS);
  @TempDir private Path directory;
  private Running running;

  @BeforeEach
  void start() throws IOException {
    Map<String, String> settings =
        Map.of("webhook-request-timeout", "2s", "webhook-max-connections", "200");
    running = Running.start(directory, kafka, settings, "max-body=1000");
  }

  @AfterEach
  void onlyTheOrdinaryDeliveryWasWritten() throws Exception {
    try (Running closing = running) {
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> closing.push("ordinary").statusCode() == 202);
    }
    assertThat(Running.ids(kafka)).containsOnly("github/ordinary/0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // invalid or repeated lengths
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 1e3",
        "Content-Length: 10, 20",
        "Content-Length: 10\r\nContent-Length: 20",
        // not HTTP
        "Content-Length : 10",
        "\u0000Header: x",
        "Transfer-Encoding: gzip",
      })
  void refusesInvalidHeaders(String header) throws IOException {
    assertThat(running.raw(request(header, SIGNED))).matches("(?s)(HTTP/1.1 4.*)?");
  }

  @Test
  void lengthAndChunksTogetherAreNeverTwoRequests() throws IOException {
    byte[] smuggled =
        """
        POST /webhooks/github HTTP/1.1\r
        Host: x\r
        Content-Length: 5\r
        Transfer-Encoding: chunked\r
        %s\r
        \r
        0\r
        \r
        POST /webhooks/github HTTP/1.1\r
        Host: x\r
        Connection: close\r
        Content-Length: 0\r
        \r
        """
            .formatted(FORGED)
            .getBytes(UTF_8);

    assertThat(running.raw(smuggled)).doesNotContain("HTTP/1.1 2").doesNotContain("HTTP/1.1 5");
  }

  @Test
  void stopsWaitingForAnOverstatedLength() throws IOException {
    assertThat(running.raw(request("Content-Length: 900", SIGNED))).startsWith("HTTP/1.1 408 ");
  }

  @Test
  void readsOnlyTheDeclaredLength() throws IOException {
    byte[] request = request("Content-Length: " + (BODY.length - 1), SIGNED);
    assertThat(running.raw(request)).startsWith("HTTP/1.1 401 ");
  }

  @Test
  void decompressesNothing() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(new byte[100_000]);
    }
    byte[] bomb = packed.toByteArray();
    String head =
        "POST /webhooks/github HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nConnection: close\r\n";
    String signature = "X-Hub-Signature-256: " + Signed.github(Running.SECRET, bomb) + "\r\n";
    String length = "Content-Length: " + bomb.length + "\r\n";

    assertThat(
            running.raw(join(head + signature + length + "Content-Encoding: gzip\r\n\r\n", bomb)))
        .startsWith("HTTP/1.1 415 ");
    assertThat(running.raw(join(head + signature + length + "\r\n", bomb)))
        .startsWith("HTTP/1.1 400 ");
  }

  @Test
  void refusesAHugeUnsignedBodyBeforeReadingIt() throws IOException {
    assertThat(running.raw(request("Content-Length: 26000000", "X-GitHub-Event: push")))
        .startsWith("HTTP/1.1 413 ");
    assertThat(running.raw(request("Content-Length: 900", "X-GitHub-Event: push")))
        .startsWith("HTTP/1.1 401 ");
  }

  @Test
  void boundsLinesAndHeaders() throws IOException {
    assertThat(running.raw(bytes("POST /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n")))
        .contains(" 414 ");
    assertThat(running.raw(request("X-Long: " + "x".repeat(100_000), SIGNED))).contains(" 431 ");
    assertThat(running.raw(request("X-Many: x\r\n".repeat(10_000) + "X-Last: x", SIGNED)))
        .contains(" 431 ");
  }

  @Test
  void survivesRandomBytes() {
    List<CompletableFuture<String>> answers = new ArrayList<>();
    // concurrently: the receiver waits for the rest of each until the request timeout
    for (String bytes :
        List.of(
            "",
            "\r\n\r\n",
            "GET",
            "\u0016\u0003\u0001\u0002\u0000\u0001",
            """
            PRI * HTTP/2.0\r
            \r
            SM\r
            \r
            """)) {
      answers.add(
          CompletableFuture.supplyAsync(
              () -> rawly(bytes(bytes)), task -> Thread.ofVirtual().start(task)));
    }

    assertThat(answers)
        .allSatisfy(
            answer ->
                assertThat(answer.join()).doesNotContain("HTTP/1.1 2").doesNotContain(" 500 "));
  }

  private String rawly(byte[] bytes) {
    try {
      return running.raw(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void refusesDoubledAndJoinedSignatures() throws IOException {
    String length =
        "Content-Length: " + BODY.length + "\r\nX-GitHub-Event: push\r\nConnection: close";

    for (String signature :
        List.of(
            SIGNED + "\r\n" + SIGNED,
            FORGED + "\r\n" + SIGNED,
            FORGED + ", " + SIGNED.substring("X-Hub-Signature-256: ".length()),
            "X-Hub-Signature-256:",
            "X-Hub-Signature: sha1=" + "0".repeat(40))) {
      assertThat(running.raw(request(length, signature))).startsWith("HTTP/1.1 401 ");
    }
  }

  @Test
  void closesIdleConnections() throws Exception {
    List<Socket> idle = idle(150);
    try {
      for (Socket socket : idle) {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      close(idle);
    }
  }

  @Test
  void acceptsConnectionsWhileIdleOnesFillTheLimit() throws Exception {
    List<Socket> idle = idle(300);
    try {
      // all 200 connections are in use: the oldest idle one is closed
      assertThat(running.push("ordinary").statusCode()).isEqualTo(202);
      assertThat(idle.getFirst().getInputStream().read()).isEqualTo(-1);
    } finally {
      close(idle);
    }
  }

  private List<Socket> idle(int count) throws IOException {
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      idle.add(running.socket());
    }
    return idle;
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void readsASlowButTimelyRequestCompletely() throws IOException {
    byte[] head =
        bytes(
            """
            POST /webhooks/github HTTP/1.1\r
            Host: x\r
            Connection: close\r
            Content-Length: %d\r
            X-GitHub-Event: push\r
            X-GitHub-Delivery: ordinary\r
            %s\r
            \r
            """
                .formatted(BODY.length, SIGNED));
    try (Socket socket = running.socket()) {
      for (byte[] part : List.of(head, BODY)) {
        for (byte one : part) {
          socket.getOutputStream().write(one);
        }
      }
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 202 ");
    }
  }

  private static byte[] request(String... headers) {
    return join(
        "POST /webhooks/github HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", headers) + "\r\n\r\n",
        BODY);
  }

  private static byte[] join(String head, byte[] body) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(bytes(head));
    joined.writeBytes(body);
    return joined.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
