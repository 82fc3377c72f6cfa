package dev.sluice.standalone.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.client.output.Paint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a verb waits for the answers to its commands while the API has trouble. */
class CommandAnswersTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String OPEN = "{\"items\": [{\"id\": \"command/jo/k/web\"}]}";
  private static final String ANSWERED =
      """
      {"items": [{"id": "command/jo/k/web", "accepted": true, "message": "synced", "pending": [],
        "outcomes": [{"cluster": "east", "result": "SENT", "message": "generation 2 was sent"}]}]}
      """;

  private final List<Instant> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private HttpServer server;

  /** How the server treats a question, by its number. */
  private interface Treatment {
    void answer(int question, HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
  }

  @AfterEach
  void end() {
    ended.countDown();
    server.stop(0);
  }

  @Test
  void aMomentWithoutTheApiDoesNotEndTheWait() throws Exception {
    serve(
        (question, exchange) -> {
          switch (question) {
            case 1 -> exchange.close();
            case 2 -> hang();
            case 3 -> answer(exchange, 503, "{}");
            default -> answer(exchange, 200, ANSWERED);
          }
        });
    JsonNode command = await(LONG).getFirst();
    assertThat(asked).hasSize(4);
    assertThat(command.at("/outcomes/0/result").asText()).isEqualTo("SENT");
    assertThat(command.has("unanswered")).isFalse();
  }

  @Test
  void anApiThatIsGoneIsTheReasonForTheMissingAnswer() throws Exception {
    serve((_, exchange) -> exchange.close());
    JsonNode command = await(Duration.ofMillis(500)).getFirst();
    assertThat(command.has("accepted")).isFalse();
    assertThat(command.get("unanswered").asText()).contains("the connection to the API");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Printer printer =
        new Printer(
            terminal(out),
            Printer.Format.table,
            true,
            Paint.of(Paint.Choice.never, false, Map.of()));
    assertThat(CommandAnswers.print(List.of(command), printer)).isEqualTo(5);
    assertThat(out.toString(UTF_8)).contains("unanswered", "the connection to the API");
  }

  @Test
  void aRefusalEndsTheWait() throws Exception {
    serve((_, exchange) -> answer(exchange, 403, "{\"title\": \"Forbidden\"}"));
    assertThatThrownBy(() -> await(LONG)).hasMessageContaining("Forbidden");
    assertThat(asked).hasSize(1);
  }

  @Test
  void thePauseBetweenQuestionsDoubles() throws Exception {
    serve((question, exchange) -> answer(exchange, 200, question < 4 ? OPEN : ANSWERED));
    Instant started = Instant.now();
    assertThat(await(LONG).getFirst().get("accepted").asBoolean()).isTrue();
    assertThat(Duration.between(started, asked.get(1))).isGreaterThan(Duration.ofMillis(600));
    assertThat(Duration.between(asked.get(1), asked.get(2))).isGreaterThan(Duration.ofMillis(700));
    assertThat(Duration.between(asked.get(2), asked.get(3))).isGreaterThan(Duration.ofMillis(1500));
  }

  private void serve(Treatment treatment) {
    server.createContext(
        "/api/v1/commands",
        exchange -> {
          asked.add(Instant.now());
          treatment.answer(asked.size(), exchange);
        });
    server.start();
  }

  private void hang() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Waits for the answer to a command; each answer of the API may take a second of the time. */
  private List<JsonNode> await(Duration time) throws JsonProcessingException {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    JsonNode planned =
        Json.mapper()
            .readTree(
                """
                {"id": "command/jo/k/web", "application": "web", "clusters": ["east"], "command": {"kind": "resync"}}
                """);
    try (Api api = new Api(address, Optional.empty(), Duration.ofSeconds(1));
        Progress progress = new Progress(terminal(new ByteArrayOutputStream()), "answers", 1)) {
      return new CommandAnswers(api, Deadline.in(time)).await(List.of(planned), progress);
    }
  }

  private static Terminal terminal(ByteArrayOutputStream out) {
    PrintStream stream = new PrintStream(out, true, UTF_8);
    return new Terminal(stream, stream, false, Clock.systemUTC(), List.of(), Map.of());
  }
}
