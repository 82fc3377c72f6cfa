package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Receiver started from settings, with a GitHub endpoint {@code github}, and a client for it. */
final class Running implements AutoCloseable {

  static final int PARTITIONS = 3;
  static final String SECRET = "a secret of the test";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Receiver receiver;

  private Running(Receiver receiver) {
    this.receiver = receiver;
  }

  /**
   * Starts a receiver.
   *
   * @param endpoint further pairs of the endpoint, such as {@code network=10.0.0.0/8}
   */
  static Running start(
      Path directory, KafkaConnection kafka, Map<String, String> settings, String... endpoint)
      throws IOException {
    return start(directory, kafka, settings, Clock.systemUTC(), endpoint);
  }

  static Running start(
      Path directory,
      KafkaConnection kafka,
      Map<String, String> settings,
      Clock clock,
      String... endpoint)
      throws IOException {
    Path secret = directory.resolve("secret");
    if (Files.notExists(secret)) {
      Files.writeString(secret, SECRET);
    }
    List<String> pairs =
        new ArrayList<>(
            List.of(
                "name=github", "forge=github", "host=git.example.com", "secret=file:" + secret));
    pairs.addAll(List.of(endpoint));
    Map<String, List<String>> options = new HashMap<>();
    options.put("webhook-host", List.of("127.0.0.1"));
    options.put("webhook-port", List.of("0"));
    options.put("webhook-health-port", List.of("0"));
    options.put("webhook-publish-timeout", List.of("15s"));
    options.put("webhook-endpoint", List.of(String.join(",", pairs)));
    settings.forEach((name, value) -> options.put(name, List.of(value)));
    ReceiverConfig config =
        ReceiverConfig.from(
            new Settings(ReceiverConfig.SETTINGS, List.of())
                .read(options, Map.of(), Optional.empty()));
    return new Running(Receiver.start(config, kafka, clock));
  }

  Receiver receiver() {
    return receiver;
  }

  int port() {
    return receiver.port();
  }

  /** Sends a push as GitHub does. */
  HttpResponse<String> push(String delivery, String... more)
      throws IOException, InterruptedException {
    return push(SECRET, delivery, body("Shop/Frontend", "refs/heads/main"), more);
  }

  /** Sends a delivery of any event. */
  HttpResponse<String> post(String event, String delivery, byte[] body)
      throws IOException, InterruptedException {
    return send(event, SECRET, delivery, body);
  }

  HttpResponse<String> push(String secret, String delivery, byte[] body, String... more)
      throws IOException, InterruptedException {
    return send("push", secret, delivery, body, more);
  }

  private HttpResponse<String> send(
      String event, String secret, String delivery, byte[] body, String... more)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/webhooks/github"))
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", event)
            .header("X-GitHub-Delivery", delivery)
            .header("X-Hub-Signature-256", Signed.github(secret, body))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (more.length > 0) {
      request.headers(more);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Sends a request to the health port. */
  HttpResponse<String> health(String path) throws IOException, InterruptedException {
    int port = receiver.healthPort().orElseThrow();
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /**
   * Sends raw bytes and returns the response up to the close of the connection. The receiver may
   * close it before it has read everything.
   */
  String raw(byte[] bytes) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (Socket socket = socket()) {
      try {
        socket.getOutputStream().write(bytes);
        socket.getInputStream().transferTo(answer);
      } catch (SocketException e) {
        socket.getInputStream().transferTo(answer);
      }
    } catch (SocketException e) {
      // connection reset: return the response so far
    }
    return answer.toString(ISO_8859_1);
  }

  Socket socket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  static byte[] body(String repository, String ref) {
    return """
    {"ref":"%s","before":"%s","after":"%s","repository":{"full_name":"%s"},"pusher":{"name":"ada"}}
    """
        .formatted(ref, "0".repeat(40), "5".repeat(40), repository)
        .getBytes(UTF_8);
  }

  /** Returns the ids of all events in the topic, up to its current end. */
  static List<String> ids(KafkaConnection kafka) {
    return new TopicReader(kafka)
        .records(kafka.topics().changes()).stream()
            .map(record -> new String(record.headers().lastHeader("ce_id").value(), UTF_8))
            .toList();
  }

  @Override
  public void close() {
    http.close();
    receiver.close();
  }
}
