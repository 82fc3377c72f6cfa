package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.http.ApiServer;
import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Output of the verbs after Kafka has deleted all events, and the read model is built from what the
 * compacted topics have.
 */
@Tag("kubernetes")
class DeletedLogIT {

  @Test
  void aNewReadModelKnowsTheStateAndSaysWhereItsHistoryBegins(
      @TempDir Path directory, @TempDir Path fresh) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      for (String application : List.of("good", "bad", "gone")) {
        scenario.fleet().application(application, application, namespace, STAGING);
      }
      scenario.commit(
          Map.of(
              "good/configmap.yaml", configMap("good", "one"),
              "gone/configmap.yaml", configMap("gone", "one"),
              "bad/configmap.yaml", configMap("bad", "one")));
      try (OneProcess sluice = scenario.start()) {
        for (String application : List.of("good", "bad", "gone")) {
          patiently().until(() -> scenario.configMaps().value(application).isPresent());
        }
        CommitId commit =
            scenario.push(
                sluice,
                Map.of(
                    "bad/service.yaml",
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: bad}
                    spec: {ports: [{port: 123456}]}
                    """));
        scenario.fleet().remove("gone");
        patiently().until(() -> words(sluice.apiPort(), "get apps bad").contains("Parked"));
        patiently().until(() -> words(sluice.apiPort(), "get apps good").contains("Healthy"));
        patiently().until(() -> scenario.configMaps().value("gone").isEmpty());
        patiently().until(() -> !words(sluice.apiPort(), "get apps").contains("gone"));

        deleteEvents(sluice.kafka());

        try (ApiServer api = api(fresh, sluice.kafka())) {
          patiently().until(() -> api.unreadyReason().isEmpty());
          // the worker writes its reports within a second
          patiently().until(() -> words(api.port(), "get apps good").contains("Healthy"));
          patiently().until(() -> !words(api.port(), "get apps").contains("gone"));
          assertThat(words(api.port(), "get apps"))
              .contains("bad staging Parked", "Invalid", "good staging Synced");
          assertThat(words(api.port(), "status"))
              .contains("1 Parked, 1 Synced", "history the log begins at ", "1 Invalid")
              .doesNotContain("Removing", "Syncing");
          assertThat(words(api.port(), "dead-letters list -o name")).contains("staging/bad/2");

          CommandRun history = run(api.port(), "history good");
          assertThat(history.code()).isZero();
          assertThat(history.err()).contains("the log begins at ", "before is not known");
          CommandRun trace =
              run(api.port(), "trace configmap/good -n " + namespace + " --cluster staging");
          assertThat(trace.code()).isEqualTo(1);
          assertThat(trace.err())
              .contains("no recorded generation changed this object; the log begins at ");
          CommandRun explain = run(api.port(), "explain " + "1".repeat(40));
          assertThat(explain.code()).isEqualTo(1);
          assertThat(explain.err()).contains("nothing is known of commit", "the log begins at ");
          // Git's head is known from the compacted state
          assertThat(run(api.port(), "explain " + commit).err()).contains("the log begins at ");
          CommandRun audit = run(api.port(), "audit delivered --since 2020-01-01T00:00:00Z");
          assertThat(audit.err()).contains("the log begins at ");
          CommandRun replay =
              run(
                  api.port(),
                  "sync * --force --since 2020-01-01T00:00:00Z --until 2020-02-01T00:00:00Z"
                      + " --reason x --dry-run");
          assertThat(replay.code()).isEqualTo(1);
          assertThat(replay.err()).contains("no application", "the log begins at ");

          // the API reports once a second that it has caught up
          patiently().until(() -> !words(api.port(), "status").contains("NotReady"));
          CommandRun doctor = run(api.port(), "doctor");
          assertThat(doctor.out().replaceAll("\\s+", " "))
              .contains("history ok the log begins at ", "under way ok", "leads")
              .doesNotContain("wrong");
          assertThat(doctor.code()).isZero();
        }
      }
    }
  }

  private static String words(int port, String line) {
    return run(port, line).words();
  }

  private static CommandRun run(int port, String line) {
    return CommandRun.of(
        Stream.concat(Stream.of(line.split(" ")), Stream.of("--server", "http://127.0.0.1:" + port))
            .toArray(String[]::new));
  }

  private static ApiServer api(Path directory, KafkaConnection connection) {
    return ApiServer.start(
        ApiConfig.from(
            new Settings(ApiConfig.SETTINGS, List.of())
                .read(
                    Map.of("api-port", List.of("0"), "read-model", List.of(directory.toString())),
                    Map.of(),
                    Optional.empty())),
        connection,
        Clock.systemUTC());
  }

  private static void deleteEvents(KafkaConnection connection) throws Exception {
    Set<String> topics =
        Set.of(
            connection.topics().changes(),
            connection.topics().results(),
            connection.topics().deadLetters());
    try (Admin admin = Admin.create(connection.admin())) {
      Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
      admin
          .describeTopics(topics)
          .allTopicNames()
          .get()
          .forEach(
              (name, topic) ->
                  topic
                      .partitions()
                      .forEach(
                          info ->
                              latest.put(
                                  new TopicPartition(name, info.partition()),
                                  OffsetSpec.latest())));
      Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
      admin
          .listOffsets(latest)
          .all()
          .get()
          .forEach(
              (partition, end) ->
                  deleted.put(partition, RecordsToDelete.beforeOffset(end.offset())));
      admin.deleteRecords(deleted).all().get();
    }
  }
}
