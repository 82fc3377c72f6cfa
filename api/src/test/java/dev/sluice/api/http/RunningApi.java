package dev.sluice.api.http;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** API over topics that a test has filled, and a client for it. */
final class RunningApi implements AutoCloseable {

  /** Body of a request to resync an application, or to show what that would send. */
  static final String RESYNC =
      "{\"command\": {\"kind\": \"resync\"}, \"applications\": [\"%s\"], \"clusters\": [],"
          + " \"reason\": \"it looks odd\", \"dryRun\": %s}";

  private final ApiServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  private RunningApi(ApiServer server) {
    this.server = server;
  }

  /**
   * Starts the API and waits until it has caught up.
   *
   * @param tokens role and scope by name, such as {@code role=viewer,cluster=east}; the token is
   *     {@code token-of-NAME-0123456789}
   */
  static RunningApi start(Path directory, KafkaConnection connection, Map<String, String> tokens)
      throws IOException {
    return start(directory, connection, tokens, Clock.systemUTC());
  }

  static RunningApi start(
      Path directory, KafkaConnection connection, Map<String, String> tokens, Clock clock)
      throws IOException {
    RunningApi api = startUnready(directory, connection, tokens, clock);
    await().atMost(Duration.ofSeconds(30)).until(() -> api.server.unreadyReason().isEmpty());
    return api;
  }

  /** Starts the API and does not wait until it has caught up. */
  static RunningApi startUnready(
      Path directory, KafkaConnection connection, Map<String, String> tokens, Clock clock)
      throws IOException {
    Map<String, List<String>> options = new HashMap<>();
    options.put("api-port", List.of("0"));
    options.put("read-model", List.of(directory.resolve("read-model").toString()));
    List<String> given = new ArrayList<>();
    for (Map.Entry<String, String> token : tokens.entrySet()) {
      Path secret = directory.resolve("token-" + token.getKey());
      Files.writeString(secret, token(token.getKey()) + "\n");
      given.add("name=%s,secret=file:%s,%s".formatted(token.getKey(), secret, token.getValue()));
    }
    options.put("api-token", given);
    ApiConfig config =
        ApiConfig.from(
            new Settings(ApiConfig.SETTINGS, List.of()).read(options, Map.of(), Optional.empty()));
    return new RunningApi(ApiServer.start(config, connection, clock));
  }

  static String token(String name) {
    return "token-of-" + name + "-0123456789";
  }

  /** Returns the caller of the requests of this client. */
  static CommandEvent.Caller caller(String role) {
    return new CommandEvent.Caller(
        role,
        Optional.of("127.0.0.1"),
        Optional.of("Java-http-client/" + System.getProperty("java.version")));
  }

  HttpClient http() {
    return http;
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)));
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(to(path).build());
  }

  HttpResponse<String> get(String path, String name) throws IOException, InterruptedException {
    return send(to(path).header("Authorization", "Bearer " + token(name)).build());
  }

  HttpResponse<String> get(String path, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = to(path);
    headers.forEach(request::header);
    return send(request.build());
  }

  HttpResponse<String> post(String path, String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        to(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return send(request.build());
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return Json.mapper().readTree(response.body());
  }

  @Override
  public void close() {
    server.close();
  }
}
