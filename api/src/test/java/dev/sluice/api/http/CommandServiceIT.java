package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.RESYNC;
import static dev.sluice.api.http.RunningApi.json;
import static dev.sluice.api.http.RunningApi.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.kafka.TopicReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands to applications, and questions to their workers. */
class CommandServiceIT {

  private static final String RESEND =
      "{\"resend\": %s, \"applications\": [\"web\"], %s, \"reason\": \"again\", \"dryRun\": true}";

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
  void acceptedAndRefusedCommandsAreInTheAudit() throws Exception {
    try (RunningApi api = start(Map.of("jo", "role=operator", "vi", "role=viewer"))) {
      Map<String, String> jo =
          Map.of("Authorization", "Bearer " + token("jo"), "Idempotency-Key", "request-7");
      Map<String, String> vi = Map.of("Authorization", "Bearer " + token("vi"));
      HttpResponse<String> dry = api.post("/api/v1/commands", RESYNC.formatted("web", true), jo);
      assertThat(dry.statusCode()).isEqualTo(202);
      assertThat(json(dry).at("/commands/0/expected").asText())
          .isEqualTo(
              "east: generation 2 with the current inputs; west: generation 2 with the current"
                  + " inputs");
      assertThat(CommandTopic.read(connection)).isEmpty();

      JsonNode first = json(api.post("/api/v1/commands", RESYNC.formatted("web", false), jo));
      JsonNode again = json(api.post("/api/v1/commands", RESYNC.formatted("web", false), jo));
      assertThat(again.at("/commands/0/id")).isEqualTo(first.at("/commands/0/id"));
      assertThat(api.post("/api/v1/commands", RESYNC.formatted("web", false), vi).statusCode())
          .isEqualTo(403);

      List<ChangeEvent> changes = CommandTopic.read(connection);
      assertThat(changes).hasSize(3);
      CommandEvent.Given given = (CommandEvent.Given) changes.getFirst();
      assertThat(given.by()).isEqualTo("jo");
      assertThat(given.reason()).isEqualTo("it looks odd");
      assertThat(given.command()).isInstanceOf(Command.Resync.class);
      assertThat(given.repository()).isEqualTo(TopicWriter.REPOSITORY);
      CommandEvent.Answered refused = (CommandEvent.Answered) changes.getLast();
      assertThat(refused.by()).isEqualTo("vi");
      assertThat(refused.accepted()).isFalse();
    }
  }

  @Test
  void aResendNamesTheNewestGenerationOfTheSelectionInEachCluster() throws Exception {
    topics
        .at(Instant.parse("2026-01-02T00:00:00Z"))
        .pushed(2)
        .dispatched("web", "east", 2, 2)
        .at(Instant.parse("2026-01-03T00:00:00Z"))
        .pushed(3)
        .dispatched("web", "east", 3, 3)
        .dispatched("web", "west", 2, 3)
        .flush();
    try (RunningApi api = start(Map.of())) {
      assertThat(
              resent(
                  api, "\"since\": \"2026-01-01T12:00:00Z\", \"until\": \"2026-01-02T12:00:00Z\""))
          .isEqualTo(
              "[\"east\"] 2 2026-01-02T00:00:00Z; web: no generation of the selection was sent to"
                  + " west");
      assertThat(resent(api, "\"since\": \"2026-01-01T12:00:00Z\""))
          .isEqualTo("[\"east\"] 3 2026-01-03T00:00:00Z; [\"west\"] 2 2026-01-03T00:00:00Z");
      HttpResponse<String> two =
          api.post(
              "/api/v1/commands",
              RESEND.formatted("{}", "\"command\": {\"kind\": \"resync\"}"),
              Map.of());
      assertThat(two.statusCode()).isEqualTo(400);
      assertThat(json(two).get("detail").asText())
          .isEqualTo("give one of 'command', 'restoreAt' and 'resend'");
      HttpResponse<String> both =
          api.post(
              "/api/v1/commands",
              RESEND.formatted("{\"generation\": 1}", "\"clusters\": []"),
              Map.of());
      assertThat(both.statusCode()).isEqualTo(400);
      assertThat(json(both).get("detail").asText()).contains("this selects 2");
      HttpResponse<String> unknown =
          api.post(
              "/api/v1/commands",
              RESEND.formatted("{\"generation\": 1}", "\"clusters\": [\"west\"]"),
              Map.of());
      assertThat(json(unknown).at("/commands/0/command/generation").asLong()).isEqualTo(1);
    }
  }

  private static String resent(RunningApi api, String selection) throws Exception {
    JsonNode plan = json(api.post("/api/v1/commands", RESEND.formatted("{}", selection), Map.of()));
    List<String> lines = new ArrayList<>();
    for (JsonNode one : plan.get("commands")) {
      lines.add(
          "%s %s %s"
              .formatted(
                  one.get("clusters"),
                  one.at("/command/generation"),
                  one.at("/command/sentAt").asText()));
    }
    plan.get("skipped").forEach(one -> lines.add(one.asText()));
    return String.join("; ", lines);
  }

  @Test
  void anApprovalOfNothingThatIsHeldIsRefusedAndRecorded() throws Exception {
    topics.guarded("web", "west", 1, 1).flush();
    String approval =
        "{\"command\": {\"kind\": \"approve\", \"generation\": 1, \"plan\": \"%s\"},"
            + " \"applications\": [\"web\"], \"clusters\": [\"%s\"], \"reason\": \"seen\","
            + " \"dryRun\": false}";
    try (RunningApi api = start(Map.of())) {
      HttpResponse<String> nothing =
          api.post("/api/v1/commands", approval.formatted(TopicWriter.PLAN, "east"), Map.of());
      assertThat(nothing.statusCode()).isEqualTo(409);
      assertThat(json(nothing).get("detail").asText())
          .isEqualTo("no deletions of web wait for an approval in east");
      HttpResponse<String> other =
          api.post("/api/v1/commands", approval.formatted("0".repeat(64), "west"), Map.of());
      assertThat(other.statusCode()).isEqualTo(409);
      assertThat(json(other).get("detail").asText()).contains(TopicWriter.PLAN, "generation 1");
      assertThat(CommandTopic.read(connection))
          .hasSize(2)
          .allMatch(event -> event instanceof CommandEvent.Answered answer && !answer.accepted());

      HttpResponse<String> held =
          api.post("/api/v1/commands", approval.formatted(TopicWriter.PLAN, "west"), Map.of());
      assertThat(held.statusCode()).isEqualTo(202);
      assertThat(CommandTopic.read(connection).getLast()).isInstanceOf(CommandEvent.Given.class);
    }
  }

  @Test
  void aRepeatedApprovalIsAnsweredAsTheFirstOne() throws Exception {
    topics.guarded("web", "west", 1, 1).flush();
    String approval =
        "{\"command\": {\"kind\": \"approve\", \"generation\": 1, \"plan\": \"%s\"},"
            + " \"applications\": [\"web\"], \"clusters\": [\"west\"], \"reason\": \"seen\","
            + " \"dryRun\": false}";
    Map<String, String> key = Map.of("Idempotency-Key", "request-8");
    try (RunningApi api = start(Map.of())) {
      HttpResponse<String> first =
          api.post("/api/v1/commands", approval.formatted(TopicWriter.PLAN), key);
      assertThat(first.statusCode()).isEqualTo(202);
      EventId id = new EventId(json(first).at("/commands/0/id").asText());
      topics
          .write("answer/1", approved(id, true, "approved"))
          .dispatched("web", "west", 2, 1)
          .applied("web", "west", 2, 1)
          .flush();
      await().untilAsserted(() -> assertThat(answers(api)).hasSize(1));
      await()
          .untilAsserted(
              () -> assertThat(json(api.get("/api/v1/applications/web")).get("plans")).isEmpty());

      HttpResponse<String> again =
          api.post("/api/v1/commands", approval.formatted(TopicWriter.PLAN), key);
      assertThat(again.statusCode()).isEqualTo(202);
      assertThat(json(again).at("/commands/0/id").asText()).isEqualTo(id.value());
      assertThat(api.post("/api/v1/commands", approval.formatted("0".repeat(64)), key).statusCode())
          .as("another plan with the same key")
          .isEqualTo(409);
      await().untilAsserted(() -> assertThat(answers(api)).hasSize(2));
      JsonNode command = json(api.get("/api/v1/commands?id=" + id)).at("/items/0");
      assertThat(command.get("accepted").asBoolean())
          .as("the refusal does not replace it")
          .isTrue();
      assertThat(command.get("message").asText()).isEqualTo("approved");
    }
  }

  private static JsonNode answers(RunningApi api) throws Exception {
    return json(api.get("/api/v1/events?type=command-answered")).get("items");
  }

  private static CommandEvent.Answered approved(EventId id, boolean accepted, String message) {
    return new CommandEvent.Answered(
        TopicWriter.REPOSITORY,
        id,
        new ApplicationName("web"),
        Set.of(new ClusterName("west")),
        new Command.Approve(new Generation(1), Optional.of(TopicWriter.PLAN)),
        "local",
        "seen",
        accepted,
        message,
        Optional.of(Set.of()));
  }

  @Test
  void aCommandHasItsAnswerAndTheOutcomeInEachCluster() throws Exception {
    ApplicationName web = new ApplicationName("web");
    Set<ClusterName> both = Set.of(new ClusterName("east"), new ClusterName("west"));
    EventId id = new EventId("command/jo/request-1/web");
    topics
        .write(
            id.value(),
            new CommandEvent.Given(
                TopicWriter.REPOSITORY, web, both, new Command.Resync(), "jo", "it looks odd"))
        .write(
            "answer/" + id,
            new CommandEvent.Answered(
                TopicWriter.REPOSITORY,
                id,
                web,
                both,
                new Command.Resync(),
                "jo",
                "it looks odd",
                true,
                "to be sent",
                Optional.of(both)))
        .write("one", outcome(id, "east", CommandEvent.Outcome.Result.WAITING))
        .write("two", outcome(id, "east", CommandEvent.Outcome.Result.SENT))
        .flush();
    try (RunningApi api = start(Map.of())) {
      JsonNode items =
          json(api.get("/api/v1/commands?idPrefix=command/jo/request-1/")).get("items");
      assertThat(items).hasSize(1);
      JsonNode command = items.get(0);
      assertThat(command.get("pending").toString()).isEqualTo("[\"west\"]");
      assertThat(command.get("outcomes")).hasSize(1);
      assertThat(command.at("/outcomes/0/cluster").asText()).isEqualTo("east");
      assertThat(command.at("/outcomes/0/result").asText()).isEqualTo("SENT");
      assertThat(command.at("/outcomes/0/generation").asLong()).isEqualTo(2);
      assertThat(json(api.get("/api/v1/commands?idPrefix=command/jo/request-2/")).get("items"))
          .isEmpty();
      assertThat(json(api.get("/api/v1/applications/web")).at("/commands/0")).isEqualTo(command);
    }
  }

  @Test
  void aRetryNamesTheDeadLettersThatItRetries() throws Exception {
    topics.dispatched("web", "east", 2, 2).parked("web", "east", 2, 2).flush();
    String request =
        "{\"action\": \"retry\", \"entries\": [\"west/web/1\", \"east/web/2\"], \"reason\":"
            + " \"fixed\", \"dryRun\": false}";
    try (RunningApi api = start(Map.of())) {
      assertThat(api.post("/api/v1/dead-letters/actions", request, Map.of()).statusCode())
          .isEqualTo(202);
      List<ChangeEvent> given = CommandTopic.read(connection);
      assertThat(given).hasSize(1);
      assertThat(((CommandEvent.Given) given.getFirst()).command())
          .isEqualTo(
              new Command.Resync(
                  Optional.of(
                      List.of(new DeadLetterId("east/web/2"), new DeadLetterId("west/web/1")))));
      assertThat(
              api.post(
                      "/api/v1/commands",
                      RESYNC
                          .formatted("web", false)
                          .replace("\"resync\"", "\"resync\", \"retries\": [\"east/web/2\"]"),
                      Map.of())
                  .statusCode())
          .as("only for open dead letters")
          .isEqualTo(400);
    }
  }

  private static CommandEvent.Outcome outcome(
      EventId id, String cluster, CommandEvent.Outcome.Result result) {
    return new CommandEvent.Outcome(
        TopicWriter.REPOSITORY,
        id,
        new ApplicationName("web"),
        new ClusterName(cluster),
        result,
        Optional.of(new Generation(2)),
        Optional.empty(),
        "generation 2 was sent");
  }

  @Test
  void restoreAtUsesTheCommitThatEachClusterHeld() throws Exception {
    topics.dispatched("web", "east", 2, 2).applied("web", "east", 2, 2).flush();
    Instant between = topics.now();
    topics.dispatched("web", "east", 3, 3).applied("web", "east", 3, 3).flush();
    try (RunningApi api = start(Map.of())) {
      String request =
          "{\"restoreAt\": \"%s\", \"applications\": [\"*\"], \"reason\": \"as it was\","
              + " \"dryRun\": true}";
      JsonNode plan = json(api.post("/api/v1/commands", request.formatted(between), Map.of()));

      assertThat(plan.get("commands")).hasSize(1);
      assertThat(plan.at("/commands/0/clusters").toString()).isEqualTo("[\"east\"]");
      assertThat(plan.at("/commands/0/command/commit").asText())
          .isEqualTo(TopicWriter.commit(2).value());
      assertThat(plan.at("/commands/0/expected").asText()).contains("generation 4 with the inputs");
      assertThat(plan.get("skipped").toString())
          .contains("api: nothing of it was in west")
          .contains("web: nothing of it was in west");
      assertThat(
              api.post(
                      "/api/v1/commands",
                      request
                          .formatted(between)
                          .replace("{", "{\"command\": {\"kind\": \"resync\"}, "),
                      Map.of())
                  .statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void applicationsAreSelectedByTimeAndOffsetOfEvents() throws Exception {
    Instant before = topics.now().plusMillis(1);
    topics
        .write(
            "accept/api",
            new ChangeEvent.DefinitionAccepted(
                TopicWriter.REPOSITORY,
                TopicWriter.definition("api", "west"),
                "revision-2",
                Set.of()))
        .flush();
    Instant after = topics.now().plusMillis(1);
    try (RunningApi api = start(Map.of())) {
      assertThat(selected(api, "\"since\": \"%s\"".formatted(before))).containsExactly("api");
      assertThat(selected(api, "\"since\": \"%s\"".formatted(after))).isEmpty();
      assertThat(selected(api, "\"until\": \"%s\"".formatted(before)))
          .containsExactly("api", "web");
      JsonNode accepted = json(api.get("/api/v1/events?type=definition-accepted")).at("/items/0");
      String position = "\"offsets\": \"%d:%d-%d\"";
      int partition = accepted.at("/position/partition").asInt();
      int offset = accepted.at("/position/offset").asInt();
      assertThat(selected(api, position.formatted(partition, offset, offset)))
          .containsExactly("api");
      assertThat(selected(api, position.formatted(partition, 0, offset)))
          .containsExactly("api", "web");
      assertThat(selected(api, position.formatted(1 - partition, 0, offset))).isEmpty();
      assertThat(
              api.post(
                      "/api/v1/commands",
                      RESYNC.formatted("*", true).replace("}", ", \"offsets\": \"7\"}"),
                      Map.of())
                  .statusCode())
          .isEqualTo(400);
    }
  }

  private static List<String> selected(RunningApi api, String condition) throws Exception {
    JsonNode plan =
        json(
            api.post(
                "/api/v1/commands",
                "{\"command\": {\"kind\": \"re-evaluate\"}, \"applications\": [\"*\"], %s, \"reason\": \"x\", \"dryRun\": true}"
                    .formatted(condition),
                Map.of()));
    return plan.path("commands").valueStream().map(one -> one.get("application").asText()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/diffs", "/api/v1/objects"})
  void aQuestionTimesOutWithoutAWorkerAndIsLimitedToTheScope(String path) throws Exception {
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics()).provision(new ClusterName("east"));
    }
    try (RunningApi api = start(Map.of("vi", "role=viewer", "west", "role=admin,cluster=west"))) {
      String question = "{\"application\": \"%s\", \"cluster\": \"east\", \"patienceSeconds\": 1}";
      Map<String, String> vi = Map.of("Authorization", "Bearer " + token("vi"));
      Map<String, String> west = Map.of("Authorization", "Bearer " + token("west"));
      HttpResponse<String> late = api.post(path, question.formatted("web"), vi);
      assertThat(late.statusCode()).isEqualTo(504);
      assertThat(json(late).get("detail").asText()).contains("worker of east");
      for (Map<String, String> who : List.of(west, vi)) {
        assertThat(api.post(path, question.formatted("nope"), who).statusCode()).isEqualTo(404);
      }
      assertThat(api.post(path, question.formatted("web"), west).statusCode()).isEqualTo(404);
      assertThat(api.post(path, question.formatted("w*"), vi).statusCode()).isEqualTo(400);
      assertThat(api.post(path, question.formatted("web"), Map.of()).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aDeadLetterOfAWorkerIsRetriedByResyncAndDiscardedByEntry() throws Exception {
    try (RunningApi api = start(Map.of())) {
      JsonNode retry = deadLetters(api, "retry");
      assertThat(retry.at("/commands/0/command/kind").asText()).isEqualTo("resync");
      assertThat(retry.at("/commands/0/clusters/0").asText()).isEqualTo("west");
      assertThat(retry.at("/skipped/0").asText()).isEqualTo("west/web/9: not open");
    }
    // the worker could not close it
    topics.dispatched("web", "west", 2, 2).applied("web", "west", 2, 2).flush();
    try (RunningApi api = start(Map.of())) {
      JsonNode discard = deadLetters(api, "discard");
      assertThat(discard.at("/commands/0/command/entry").asText()).isEqualTo("west/web/1");
    }
  }

  @Test
  void theDeadLetterOfAParkedApplicationCannotBeDiscarded() throws Exception {
    try (RunningApi api = start(Map.of())) {
      JsonNode discard = deadLetters(api, "discard");
      assertThat(discard.get("commands")).isEmpty();
      assertThat(discard.at("/skipped/0").asText())
          .isEqualTo("west/web/1: web is Parked in west: fix the cause and sync, and it closes");
    }
    topics.dispatched("web", "west", 2, 2).flush();
    try (RunningApi api = start(Map.of())) {
      assertThat(deadLetters(api, "discard").at("/skipped/0").asText())
          .startsWith("west/web/1: web is Syncing in west");
    }
  }

  @Test
  void aDeadLetterOfNoApplicationIsDiscardedByAnOperatorOnly() throws Exception {
    OriginalRecord record = OriginalRecord.at(connection.topics().changes(), 0, 17);
    topics
        .write(
            "damaged",
            DeadLetterEvent.Opened.damaged(
                record, record.position(), "it cannot be read", Instant.EPOCH))
        .flush();
    String request =
        "{\"action\": \"%s\", \"entries\": [\""
            + record.position()
            + "\"], \"reason\": \"known\", \"dryRun\": %s}";
    String path = "/api/v1/dead-letters/actions";
    try (RunningApi api =
        start(
            Map.of(
                "jo",
                "role=operator",
                "vi",
                "role=viewer",
                "ed",
                "role=operator,application=w*"))) {
      Map<String, String> jo = Map.of("Authorization", "Bearer " + token("jo"));
      Map<String, String> vi = Map.of("Authorization", "Bearer " + token("vi"));
      Map<String, String> ed = Map.of("Authorization", "Bearer " + token("ed"));
      assertThat(api.post(path, request.formatted("discard", false), vi).statusCode())
          .isEqualTo(403);
      assertThat(
              json(api.post(path, request.formatted("discard", false), ed))
                  .at("/skipped/0")
                  .asText())
          .isEqualTo(record.position() + ": not open");
      assertThat(
              json(api.post(path, request.formatted("retry", false), jo)).at("/skipped/0").asText())
          .isEqualTo(
              record.position()
                  + ": the fleet has no application of it, so nothing can be retried: discard it");
      assertThat(
              json(api.post(path, request.formatted("discard", true), jo))
                  .at("/commands/0/expected")
                  .asText())
          .isEqualTo("the dead letter %s is closed".formatted(record.position()));
      assertThat(closed()).isEmpty();

      assertThat(api.post(path, request.formatted("discard", false), jo).statusCode())
          .isEqualTo(202);
      assertThat(closed())
          .containsExactly(
              DeadLetterEvent.Closed.discarded(
                      new DeadLetterId(record.position()),
                      record.position(),
                      Optional.empty(),
                      "jo",
                      "known",
                      Optional.empty())
                  .requestedBy(RunningApi.caller("operator")));
      assertThat(CommandTopic.read(connection)).isEmpty();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(
                          json(api.get("/api/v1/dead-letters?entry=" + record.position(), "jo"))
                              .at("/items/0/closedBy")
                              .asText())
                      .isEqualTo("jo"));
    }
  }

  private List<DeadLetterEvent> closed() {
    return new TopicReader(connection)
        .events(connection.topics().deadLetters(), DeadLetterEvent.class).stream()
            .map(Envelope::event)
            .filter(DeadLetterEvent.Closed.class::isInstance)
            .toList();
  }

  private static JsonNode deadLetters(RunningApi api, String action) throws Exception {
    return json(
        api.post(
            "/api/v1/dead-letters/actions",
            ("{\"action\": \"%s\", \"entries\": [\"west/web/1\", \"west/web/9\"], \"reason\":"
                    + " \"fixed\", \"dryRun\": true}")
                .formatted(action),
            Map.of()));
  }

  private RunningApi start(Map<String, String> tokens) throws IOException {
    return RunningApi.start(directory, connection, tokens);
  }
}
