package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.CommandEvent.Caller;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log says who gave a command, from where and with which program, and who was refused. */
class CallerIT {

  private static final String AGENT = "audited/1.0";
  private static final String COMMANDS = "/api/v1/commands";
  private static final String RESYNC = RunningApi.RESYNC.formatted("web", false);

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void oneApplication() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection);
    topics.defined("web", "east").flush();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void aCommandAndARefusedOneNameRoleAddressAndProgram() throws Exception {
    try (RunningApi api = start()) {
      assertThat(api.post(COMMANDS, RESYNC, by("jo")).statusCode()).isEqualTo(202);
      assertThat(api.post(COMMANDS, RESYNC, by("eve")).statusCode()).isEqualTo(403);
      assertThat(CommandTopic.read(connection))
          .map(
              event ->
                  event instanceof CommandEvent.Given given
                      ? given.caller()
                      : ((CommandEvent.Answered) event).caller())
          .containsExactlyInAnyOrder(
              Optional.of(caller("operator")), Optional.of(caller("viewer")));
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(RunningApi.json(api.get(COMMANDS, "jo")).get("items"))
                      .extracting(
                          command -> command.at("/by").asText(),
                          command -> command.at("/caller/role").asText(),
                          command -> command.at("/caller/address").asText(),
                          command -> command.at("/caller/userAgent").asText())
                      .containsExactlyInAnyOrder(
                          tuple("jo", "operator", "127.0.0.1", AGENT),
                          tuple("eve", "viewer", "127.0.0.1", AGENT)));
    }
  }

  @Test
  void aFailedLoginIsAnEventWithTheCommandThatWasAskedFor() throws Exception {
    try (RunningApi api = start()) {
      Map<String, String> unknown =
          Map.of("Authorization", "Bearer guessed-token-of-nobody", "User-Agent", AGENT);
      assertThat(api.post(COMMANDS, RESYNC, unknown).statusCode()).isEqualTo(401);
      assertThat(api.get("/api/v1/status", unknown).statusCode()).isEqualTo(401);
      assertThat(api.post(COMMANDS, "no JSON, a secret", Map.of()).statusCode()).isEqualTo(401);
      // without a token and a command: a scanner, which is only counted
      assertThat(api.get("/api/v1/status").statusCode()).isEqualTo(401);

      List<AccessDenied> denied = denied();
      assertThat(denied).hasSize(3);
      assertThat(denied.getFirst())
          .isEqualTo(
              new AccessDenied(
                  "POST",
                  COMMANDS,
                  Optional.of("resync web"),
                  "give a token that the API knows: Authorization: Bearer TOKEN",
                  Optional.of("127.0.0.1"),
                  Optional.of(AGENT),
                  0));
      assertThat(denied.get(1).asked()).isEmpty();
      assertThat(denied.toString()).doesNotContain("guessed", "secret");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                JsonNode events =
                    RunningApi.json(api.get("/api/v1/events?type=access-denied", "jo"));
                assertThat(events.get("items")).hasSize(3);
              });
    }
  }

  @Test
  void onlyAFewFailedLoginsAMinuteAreRecorded() throws Exception {
    try (RunningApi api = start()) {
      Map<String, String> unknown = Map.of("Authorization", "Bearer guessed-token-of-nobody");
      for (int i = 0; i < 3 * Refusals.MAX_PER_MINUTE; i++) {
        assertThat(api.get("/api/v1/status", unknown).statusCode()).isEqualTo(401);
      }
      assertThat(denied().size()).isBetween(Refusals.MAX_PER_MINUTE, 2 * Refusals.MAX_PER_MINUTE);
      assertThat(api.get("/metrics", "jo").body())
          .contains("sluice_api_logins_refused_total{recorded=\"false\"");
    }
  }

  private RunningApi start() throws Exception {
    return RunningApi.start(
        directory, connection, Map.of("jo", "role=operator", "eve", "role=viewer"));
  }

  private List<AccessDenied> denied() {
    return new TopicReader(connection)
        .events(connection.topics().results(), AccessDenied.class).stream()
            .map(Envelope::event)
            .toList();
  }

  private static Map<String, String> by(String name) {
    return Map.of("Authorization", "Bearer " + token(name), "User-Agent", AGENT);
  }

  private static Caller caller(String role) {
    return new Caller(role, Optional.of("127.0.0.1"), Optional.of(AGENT));
  }
}
