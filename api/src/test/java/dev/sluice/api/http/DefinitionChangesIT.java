package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of definitions in the answers of the API. */
class DefinitionChangesIT {

  private static final String CHANGES = "/api/v1/changes?application=web";
  private static final DefinitionChange CHANGE =
      new DefinitionChange(
          List.of(
              new DefinitionChange.FieldChange(
                  "clusters", Optional.of("[east]"), Optional.of("[east, west]"))),
          0,
          List.of(
              new DocumentOrigin.Committed(
                  "apps/web.yaml",
                  TopicWriter.commit(7),
                  Optional.of("grace"),
                  Optional.of("Deploy web to west"),
                  Instant.parse("2026-11-20T12:00:00Z"))));

  @TempDir private Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void aFleetThatHasChanged() {
    connection = KafkaFixture.provisioned(2);
    topics =
        new TopicWriter(connection)
            .smallFleet()
            .write(
                "fleet/1/web",
                new ChangeEvent.DefinitionAccepted(
                    TopicWriter.REPOSITORY,
                    TopicWriter.definition("web", "east", "west"),
                    "revision-2",
                    Set.of(),
                    Optional.empty(),
                    Optional.of(CHANGE)))
            .write(
                "fleet/1/api",
                new ChangeEvent.DefinitionAccepted(
                    TopicWriter.REPOSITORY,
                    TopicWriter.definition("api", "west"),
                    "revision-2",
                    Set.of()))
            .write(
                "fleet/2/web",
                new ChangeEvent.DefinitionRemoved(
                    TopicWriter.REPOSITORY,
                    new ApplicationName("web"),
                    "revision-3",
                    Optional.empty(),
                    Optional.of(
                        CHANGE.withDocuments(
                            document ->
                                new DocumentOrigin.Unversioned(
                                    document.file(), Optional.empty(), Optional.empty()))),
                    Optional.empty()));
    topics.flush();
  }

  @AfterEach
  void close() {
    topics.close();
  }

  @Test
  void aChangeOfADefinitionSaysWhatChangedAndWhoCommittedIt() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode changes = json(api.get(CHANGES)).get("items");

      assertThat(changes)
          .extracting(change -> change.get("id").asText())
          .containsExactly("fleet/2/web", "fleet/1/web");
      JsonNode accepted = changes.get(1).get("definition");
      assertThat(accepted.get("fields").toString())
          .isEqualTo("[{\"after\":\"[east, west]\",\"before\":\"[east]\",\"field\":\"clusters\"}]");
      assertThat(accepted.at("/documents/0/kind").asText()).isEqualTo("commit");
      assertThat(accepted.at("/documents/0/author").asText()).isEqualTo("grace");
      assertThat(accepted.at("/documents/0/subject").asText()).isEqualTo("Deploy web to west");
      JsonNode removed = changes.get(0);
      assertThat(removed.get("type").asText()).isEqualTo("definition-removed");
      assertThat(removed.at("/definition/documents/0/kind").asText()).isEqualTo("file");
      assertThat(
              json(api.get("/api/v1/changes?application=api"))
                  .at("/items/0/definition")
                  .isMissingNode())
          .as("a record of an earlier version")
          .isTrue();
    }
  }

  @Test
  void aTokenForSomeClustersDoesNotSeeWhatChanged() throws Exception {
    try (RunningApi api =
        RunningApi.start(
            directory,
            connection,
            Map.of("east", "role=viewer,cluster=east", "web", "role=viewer,application=web"))) {
      JsonNode east = json(api.get(CHANGES, "east")).get("items");
      assertThat(east).hasSize(2);
      assertThat(east.toString()).doesNotContain("definition\":", "west", "apps/web.yaml");

      assertThat(api.get("/api/v1/events?application=web", "east").body())
          .doesNotContain("apps/web.yaml", "[east, west]");
      assertThat(json(api.get(CHANGES, "web")).toString()).contains("[east, west]");
    }
  }
}
