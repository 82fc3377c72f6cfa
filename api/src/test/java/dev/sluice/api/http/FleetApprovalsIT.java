package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static dev.sluice.api.http.RunningApi.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicReader;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Approvals of fleet revisions that remove many applications. */
class FleetApprovalsIT {

  private static final String PATH = "/api/v1/fleet-approvals";
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void aSmallFleet() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection).smallFleet();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void anApprovalIsAnEventAndItsAnswerIsFoundById() throws Exception {
    try (RunningApi api = start(Map.of("jo", "role=admin"))) {
      Map<String, String> jo = as("jo", "request-7");
      HttpResponse<String> dry = api.post(PATH, body(DIGEST, true), jo);
      assertThat(dry.statusCode()).isEqualTo(202);
      assertThat(json(dry).get("expected").asText()).contains("no dispatcher reports a removal");
      assertThat(approvals()).isEmpty();

      JsonNode first = json(api.post(PATH, body(DIGEST, false), jo));
      JsonNode again = json(api.post(PATH, body(DIGEST, false), jo));
      assertThat(again.get("id")).isEqualTo(first.get("id"));
      assertThat(approvals())
          .hasSize(2)
          .containsOnly(
              new FleetApprovalEvent.Given(
                  DIGEST, "jo", "the shop moves", Optional.of(RunningApi.caller("admin"))));

      EventId given = new EventId(first.get("id").asText());
      JsonNode open = command(api, jo, given);
      assertThat(open.at("/command/kind").asText()).isEqualTo("approve");
      assertThat(open.at("/command/fleet").asText()).isEqualTo(DIGEST);
      assertThat(open.get("by").asText()).isEqualTo("jo");
      assertThat(open.has("application")).isFalse();
      assertThat(open.has("message")).isFalse();

      topics
          .write("answer/1", answered(given, true, "4 applications are removed"))
          .write("answer/2", answered(given, false, "no removal waits"))
          .flush();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> events(api, jo, "fleet-approval-answered").size() == 2);
      JsonNode answered = command(api, jo, given);
      assertThat(answered.get("accepted").asBoolean()).isTrue();
      assertThat(answered.get("message").asText()).isEqualTo("4 applications are removed");
      JsonNode event = events(api, jo, "fleet-approval-given").get(0);
      assertThat(event.at("/body/by").asText()).isEqualTo("jo");
      assertThat(event.at("/body/reason").asText()).isEqualTo("the shop moves");
      assertThat(event.has("repository")).isFalse();
    }
  }

  @Test
  void onlyAnAdministratorOfTheWholeFleetMayApprove() throws Exception {
    Map<String, String> tokens =
        Map.of(
            "vi", "role=viewer",
            "op", "role=operator",
            "part", "role=admin,application=web",
            "jo", "role=admin");
    try (RunningApi api = start(tokens)) {
      for (String who : List.of("vi", "op", "part")) {
        HttpResponse<String> refused = api.post(PATH, body(DIGEST, false), as(who, "r"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(json(refused).get("detail").asText()).startsWith(who);
        assertThat(api.post(PATH, body(DIGEST, true), as(who, "r")).statusCode()).isEqualTo(403);
      }
      assertThat(approvals())
          .hasSize(3)
          .allSatisfy(event -> assertThat(event).isInstanceOf(FleetApprovalEvent.Answered.class));
      assertThat(approvals().stream().map(event -> ((FleetApprovalEvent.Answered) event).by()))
          .containsExactlyInAnyOrder("vi", "op", "part");
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> events(api, as("jo", "r"), "fleet-approval-answered").size() == 3);
      assertThat(events(api, as("part", "r"), "fleet-approval-answered")).isEmpty();
      assertThat(commands(api, as("part", "r"))).isEmpty();
      assertThat(commands(api, as("jo", "r"))).hasSize(3);
      assertThat(api.post(PATH, body(DIGEST, false), Map.of()).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void anInvalidApprovalIsRefused() throws Exception {
    try (RunningApi api = start(Map.of())) {
      HttpResponse<String> digest = api.post(PATH, body("abc", false), Map.of());
      assertThat(digest.statusCode()).isEqualTo(400);
      assertThat(json(digest).get("detail").asText()).contains("'digest'", "FleetRemovalHeld");
      String silent = body(DIGEST, false).replace("the shop moves", "");
      assertThat(api.post(PATH, silent, Map.of()).statusCode()).isEqualTo(400);
      assertThat(approvals()).isEmpty();
    }
  }

  @Test
  void aRemovalNamesWhoApprovedIt() throws Exception {
    EventId given = EventId.of("command", "jo/1", "fleet");
    topics
        .write(
            "removed",
            new ChangeEvent.DefinitionRemoved(
                TopicWriter.REPOSITORY,
                new ApplicationName("web"),
                "revision-2",
                Optional.of(new FleetApproval(given, "jo", "the shop moves"))))
        .flush();
    try (RunningApi api = start(Map.of())) {
      JsonNode changes = json(api.get("/api/v1/changes?type=definition-removed")).get("items");
      assertThat(changes).hasSize(1);
      assertThat(changes.get(0).get("actor").asText()).isEqualTo("jo");
    }
  }

  private RunningApi start(Map<String, String> tokens) throws Exception {
    return RunningApi.start(directory, connection, tokens);
  }

  private static FleetApprovalEvent.Answered answered(
      EventId given, boolean accepted, String message) {
    return new FleetApprovalEvent.Answered(
        given,
        DIGEST,
        "jo",
        "the shop moves",
        accepted,
        message,
        Optional.of("r2"),
        Map.of(new ApplicationName("web"), Set.of(new ClusterName("east"))));
  }

  private List<ChangeEvent> approvals() {
    return new TopicReader(connection)
        .events(connection.topics().changes(), ChangeEvent.class).stream()
            .map(Envelope::event)
            .filter(FleetApprovalEvent.class::isInstance)
            .toList();
  }

  private static JsonNode command(RunningApi api, Map<String, String> headers, EventId id)
      throws Exception {
    String path = "/api/v1/commands?id=" + id.value();
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> json(api.get(path, headers)).get("items"), items -> items.size() == 1)
        .get(0);
  }

  private static JsonNode commands(RunningApi api, Map<String, String> headers) throws Exception {
    return json(api.get("/api/v1/commands", headers)).get("items");
  }

  private static JsonNode events(RunningApi api, Map<String, String> headers, String type)
      throws Exception {
    return json(api.get("/api/v1/events?type=" + type, headers)).get("items");
  }

  private static Map<String, String> as(String name, String key) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Authorization", "Bearer " + token(name));
    headers.put("Idempotency-Key", key);
    return headers;
  }

  private static String body(String digest, boolean dryRun) {
    return "{\"digest\": \"%s\", \"reason\": \"the shop moves\", \"dryRun\": %s}"
        .formatted(digest, dryRun);
  }
}
