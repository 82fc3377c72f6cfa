package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static dev.sluice.api.readmodel.TopicWriter.commit;
import static dev.sluice.api.readmodel.TopicWriter.definition;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.Heartbeat.Parked;
import dev.sluice.contract.event.Heartbeat.Settled;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers of the API after Kafka has deleted the older part of the topics. */
class RetentionIT {

  private static final ClusterName EAST = new ClusterName("east");
  private static final Instant LONG_AGO = Instant.parse("2025-03-01T00:00:00Z");
  private static final Instant AFTER = Instant.parse("2026-05-01T00:00:00Z");

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void longAgo() {
    connection = KafkaFixture.provisioned(1);
    topics = new TopicWriter(connection).at(LONG_AGO);
    for (String application : List.of("web", "gone", "broken")) {
      topics
          .dispatched(application, "east", 1, 1)
          .applied(application, "east", 1, 1)
          .dispatched(application, "east", 2, 1);
    }
    topics
        .pushed(1)
        .applied("web", "east", 2, 1)
        .parked("broken", "east", 2, 1)
        .state(definition("web", "east"), Map.of());
    sent("web", Optional.of(definition("web", "east")), Optional.of("digest"));
    sent("broken", Optional.of(definition("broken", "east")), Optional.of("digest"));
    sent("gone", Optional.empty(), Optional.empty());
    ledger("web", Optional.of(settled(2, false)), Optional.empty());
    ledger("gone", Optional.of(settled(2, true)), Optional.empty());
    ledger(
        "broken",
        Optional.of(settled(1, false)),
        Optional.of(
            new Parked(
                new Generation(2),
                Optional.of(commit(1)),
                LONG_AGO,
                new Failure(
                    ApplyFailure.INVALID,
                    "spec.replicas is not a number",
                    Failure.Stage.APPLY,
                    Optional.empty()))));
    topics.write(
        "heartbeat",
        new Heartbeat(
            Heartbeat.Part.WORKER,
            "worker-1",
            Optional.of(EAST),
            LONG_AGO,
            Duration.ofSeconds(10),
            Heartbeat.State.LEADING,
            List.of(),
            Optional.empty(),
            Optional.empty()));
    topics.flush();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void whatIsAppliedAndRemovedIsKnownWithoutTheResults() throws Exception {
    deleteEvents();
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode all = json(api.get("/api/v1/applications")).get("items");

      assertThat(all.valueStream().map(one -> one.get("application").asText()))
          .containsExactly("broken", "web");
      JsonNode broken = all.get(0);
      assertThat(broken.get("phase").asText()).isEqualTo("Parked");
      assertThat(broken.get("code").asText()).isEqualTo("Invalid");
      assertThat(broken.at("/applied/generation").asLong()).isEqualTo(1);
      JsonNode web = all.get(1);
      assertThat(web.get("phase").asText()).isEqualTo("Synced");
      assertThat(web.get("sync").asText()).isEqualTo("Synced");
      assertThat(web.get("since").asText()).isEqualTo(LONG_AGO.toString());
      assertThat(web.at("/applied/commit").asText()).isEqualTo(commit(1).value());
      assertThat(web.at("/health/value").asText()).isEqualTo("Healthy");
      assertThat(
              json(api.get("/api/v1/applications?phase=Removed"))
                  .at("/items/0/application")
                  .asText())
          .isEqualTo("gone");
      assertThat(json(api.get("/api/v1/dead-letters")).at("/items/0/entry").asText())
          .isEqualTo("east/broken/2");
      JsonNode status = json(api.get("/api/v1/status"));
      assertThat(status.at("/clusters/0/worker").asText()).isEqualTo("worker-1");
      assertThat(status.at("/deadLetters/Invalid").asLong()).isEqualTo(1);
    }
  }

  @Test
  void anApplicationWithoutReportsWhoseRemovalWasDeletedIsRemoved() throws Exception {
    sent("long-gone", Optional.empty(), Optional.empty());
    topics.tombstone("gone", "east").flush();
    deleteEvents();
    topics.removing("leaving", "east", 2);
    sent("leaving", Optional.empty(), Optional.empty());
    topics.flush();
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode removed = json(api.get("/api/v1/applications?phase=Removed")).get("items");

      assertThat(removed.valueStream().map(one -> one.get("application").asText()))
          .containsExactly("gone", "long-gone");
      assertThat(removed.get(0).get("sync").asText()).isEqualTo("Removed");
      assertThat(
              json(api.get("/api/v1/applications?phase=Removing"))
                  .at("/items/0/application")
                  .asText())
          .isEqualTo("leaving");
    }
  }

  @Test
  void theBeginningOfTheLogIsShownWhereAnAnswerReachesIt() throws Exception {
    deleteEvents();
    topics
        .at(AFTER)
        .pushed(2)
        .dispatched("web", "east", 3, 2)
        .retried("broken", "east", 2, 2)
        .flush();
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode known = json(api.get("/api/v1/status")).get("knownSince");
      assertThat(known.get("since").asText()).isEqualTo(AFTER.toString());
      assertThat(known.get("topic").asText()).startsWith(connection.topics().prefix());
      assertThat(known.get("offset").asLong()).isPositive();

      HttpResponse<String> trace = api.get("/api/v1/trace?cluster=east&kind=Deployment&name=web");
      assertThat(trace.statusCode()).isEqualTo(404);
      assertThat(json(trace).get("detail").asText())
          .startsWith("no recorded generation changed this object; the log begins at ");
      assertThat(json(trace).at("/knownSince/since").asText()).isEqualTo(AFTER.toString());
      HttpResponse<String> old = api.get("/api/v1/commits/" + commit(9));
      assertThat(old.statusCode()).isEqualTo(404);
      assertThat(json(old).get("detail").asText())
          .contains("the log begins at 2026-05-01T00:00:00Z");

      JsonNode history = json(api.get("/api/v1/applications/web/history"));
      assertThat(history.get("items")).hasSize(1);
      assertThat(history.at("/knownSince/since").asText()).isEqualTo(AFTER.toString());
      assertThat(json(api.get("/api/v1/applications/web")).at("/knownSince/since").asText())
          .isEqualTo(AFTER.toString());
      assertThat(
              json(api.get("/api/v1/events?since=2026-01-01T00:00:00Z"))
                  .at("/knownSince/since")
                  .asText())
          .isEqualTo(AFTER.toString());
      assertThat(json(api.get("/api/v1/events?since=2026-06-01T00:00:00Z")).has("knownSince"))
          .isFalse();
      assertThat(json(api.get("/api/v1/dead-letters?state=all")).at("/knownSince/since").asText())
          .isEqualTo(AFTER.toString());

      HttpResponse<String> window =
          command(api, "\"since\": \"2025-02-01T00:00:00Z\", \"until\": \"2025-04-01T00:00:00Z\"");
      assertThat(window.statusCode()).isEqualTo(404);
      assertThat(json(window).get("detail").asText())
          .contains("no application", "the log begins at");
      assertThat(json(window).at("/knownSince/since").asText()).isEqualTo(AFTER.toString());
      HttpResponse<String> offsets = command(api, "\"offsets\": \"0:0-0\"");
      assertThat(json(offsets).get("detail").asText())
          .contains("(" + connection.topics().changes() + ", partition 0, offset 1)");
      HttpResponse<String> later = command(api, "\"since\": \"2026-06-01T00:00:00Z\"");
      assertThat(json(later).get("detail").asText())
          .isEqualTo("no application of the fleet fits the selection");
      HttpResponse<String> half = command(api, "\"since\": \"2026-01-01T00:00:00Z\"");
      assertThat(half.statusCode()).isEqualTo(202);
      assertThat(json(half).at("/skipped/0").asText()).startsWith("the log begins at");
    }
  }

  @Test
  void aReadModelThatWasBuiltBeforeKeepsWhatItKnows() throws Exception {
    RunningApi.start(directory, connection, Map.of()).close();
    deleteEvents();
    topics.at(AFTER).dispatched("web", "east", 3, 2).flush();
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      assertThat(json(api.get("/api/v1/status")).has("knownSince")).isFalse();
      assertThat(api.get("/api/v1/trace?cluster=east&kind=Deployment&name=web").statusCode())
          .isEqualTo(200);
      assertThat(json(api.get("/api/v1/applications/web/history")).get("items")).hasSize(3);
    }
  }

  @Test
  void aReadModelThatMissedDeletedRecordsKnowsSinceWhen() throws Exception {
    RunningApi.start(directory, connection, Map.of()).close();
    topics.dispatched("web", "east", 3, 2).flush();
    deleteEvents();
    topics.at(AFTER).dispatched("web", "east", 4, 2).flush();
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode known = json(api.get("/api/v1/status")).get("knownSince");
      assertThat(known.get("since").asText()).isEqualTo(AFTER.toString());
      assertThat(known.get("topic").asText()).isEqualTo(connection.topics().results());
      assertThat(json(api.get("/api/v1/applications/web/history")).get("items")).hasSize(3);
    }
  }

  private static HttpResponse<String> command(RunningApi api, String window) throws Exception {
    return api.post(
        "/api/v1/commands",
        "{\"command\": {\"kind\": \"resync\"}, \"applications\": [\"*\"], \"clusters\": [], %s, \"reason\": \"x\", \"dryRun\": true}"
            .formatted(window),
        Map.of());
  }

  private void sent(String application, Optional<Definition> definition, Optional<String> digest) {
    topics.write(
        "sent/" + application,
        new ApplicationState(
            new ApplicationName(application),
            definition,
            "revision-1",
            Map.of(EAST, new Dispatched(new Generation(2), digest, Optional.of(commit(1)))),
            Map.of(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private void ledger(String application, Optional<Settled> settled, Optional<Parked> parked) {
    topics.write(
        "ledger/" + application,
        new LedgerReport(EAST, new ApplicationName(application), settled, parked));
  }

  private static Settled settled(long generation, boolean removed) {
    return new Settled(
        new Generation(generation),
        Optional.of(commit(1)),
        removed,
        LONG_AGO,
        Optional.of("plain"),
        removed
            ? Optional.empty()
            : Optional.of(
                new ObservedHealth(Health.HEALTHY, 3, List.of(), Optional.empty(), LONG_AGO)));
  }

  /** Deletes all records of the topics that are not compacted, as retention does. */
  private void deleteEvents() throws Exception {
    List<TopicPartition> partitions =
        List.of(
            new TopicPartition(connection.topics().changes(), 0),
            new TopicPartition(connection.topics().results(), 0),
            new TopicPartition(connection.topics().deadLetters(), 0));
    try (Admin admin = Admin.create(connection.admin())) {
      Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
      for (TopicPartition partition : partitions) {
        long end =
            admin
                .listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
        deleted.put(partition, RecordsToDelete.beforeOffset(end));
      }
      admin.deleteRecords(deleted).all().get();
    }
  }
}
