package dev.sluice.standalone.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The requests and the output of {@code events --format cdevents -f}. */
class CdEventReaderTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<JsonNode> events = new ArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/events",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          boolean isStream =
              "text/event-stream".equals(exchange.getRequestHeaders().getFirst("Accept"));
          // the stream ends after its events, and continues without any
          String body =
              !isStream
                  ? "{\"items\": []}"
                  : exchange.getRequestHeaders().containsKey("Last-Event-ID") ? "" : stream();
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(body.getBytes(UTF_8));
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  private String stream() {
    StringBuilder stream = new StringBuilder();
    for (int i = 0; i < events.size(); i++) {
      stream.append("id: %d\ndata: %s\n\n".formatted(i, events.get(i)));
    }
    return stream.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "applied, 2",
    "dev.cdevents.service.rolledback, 1",
    "dev.cdevents.service.upgraded.0.3.0, 1",
    "dev.cdevents.service, 0",
    "removed, 0"
  })
  void theTypeSelectsTranslatedEvents(String type, int printed) throws IOException {
    events.add(dispatched(1, "command restore"));
    events.add(applied(1));
    events.add(dispatched(2, "web/a.yaml"));
    events.add(applied(2));

    follow("--type", type);

    assertThat(out.toString(UTF_8).lines()).hasSize(printed);
    // the dispatched events were in the stream, which must not be restricted to a type
    assertThat(asked).hasSize(2).noneMatch(one -> one.contains("type="));
  }

  @Test
  void anUnknownGenerationIsAskedForOnce() throws IOException {
    events.add(applied(1));
    events.add(applied(1));
    events.add(applied(1));

    follow();

    assertThat(out.toString(UTF_8).lines()).hasSize(3);
    assertThat(asked).filteredOn(one -> one.contains("type=dispatched")).hasSize(1);
  }

  @Test
  void onlyTheLastUnknownGenerationsAreRemembered() throws IOException {
    for (int generation = 1; generation <= CdEventReader.UNKNOWN + 1; generation++) {
      events.add(applied(generation));
    }
    events.add(applied(CdEventReader.UNKNOWN + 1));
    events.add(applied(2));
    events.add(applied(1));

    follow();

    assertThat(asked)
        .filteredOn(one -> one.contains("type=dispatched"))
        .hasSize(CdEventReader.UNKNOWN + 2);
  }

  private void follow(String... more) {
    PrintStream stream = new PrintStream(out, true, UTF_8);
    PrintStream none = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    Terminal terminal = new Terminal(stream, none, false, Clock.systemUTC(), List.of(), Map.of());
    List<String> all = new ArrayList<>(List.of("--format", "cdevents", "-f"));
    all.addAll(List.of(more));
    all.addAll(List.of("--server", "http://127.0.0.1:" + server.getAddress().getPort()));
    CommandLine line = new CommandLine(new EventsVerb(terminal));
    line.setExecutionExceptionHandler((failure, _, _) -> 3);
    assertThat(line.execute(all.toArray(String[]::new))).isEqualTo(3);
  }

  private static JsonNode applied(long generation) {
    return event(
        "applied",
        new ResultEvent.Applied(
            subject(generation),
            List.of(),
            1,
            new ResultEvent.Timings(NOON, NOON, NOON, NOON),
            Optional.empty()));
  }

  private static JsonNode dispatched(long generation, String reason) {
    return event(
        "dispatched",
        new ResultEvent.Dispatched(
            subject(generation),
            Optional.of("digest"),
            reason,
            new Provenance(List.of(), Optional.empty(), NOON, NOON, "batch", 1)));
  }

  private static Subject subject(long generation) {
    return new Subject(
        new ClusterName("east"),
        new ApplicationName("web"),
        new Generation(generation),
        Optional.of(new CommitId("a".repeat(40))),
        EventId.of("sync", "east", "web", generation));
  }

  private static JsonNode event(String type, ResultEvent body) {
    ObjectNode event =
        Json.mapper()
            .createObjectNode()
            .put("id", "event/1")
            .put("at", NOON.toString())
            .put("type", type)
            .put("source", "worker/east")
            .put("trace", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    return event.set("body", Json.mapper().valueToTree(body));
  }
}
