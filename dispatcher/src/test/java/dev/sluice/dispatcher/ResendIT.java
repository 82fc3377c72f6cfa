package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.archive.ArchiveConfig;
import dev.sluice.dispatcher.archive.TargetArchive;
import dev.sluice.dispatcher.decide.DispatchListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorded targets are sent again as they were, also when Git has gone. */
class ResendIT {

  private Situation situation;
  private Dispatcher dispatcher;
  private CommitId one;

  @BeforeEach
  void sendTwoGenerations(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging, production");
    one = situation.put("web", "one").push();
    dispatcher = situation.start();
    situation.awaitSync(PRODUCTION, 1);
    situation.awaitQuiet();
    situation.put("web", "two").pushAndNotify();
    situation.awaitSync(PRODUCTION, 2);
    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void anOlderGenerationIsSentAsItWasRecordedAndPinsTheApplication() throws IOException {
    situation.application("web", "staging, production");
    EventId resend = resend(1);

    assertThat(outcome(resend))
        .isEqualTo("SENT 3: generation 3 was sent with the recorded inputs of generation 1");
    List<SyncEvent> sent = situation.awaitSync(STAGING, 3);
    assertThat(lines(sent)).containsExactly("web 1 one", "web 2 two", "web 3 one");
    assertThat(content(sent.get(2))).isEqualTo(content(sent.get(0)));
    assertThat(sent.get(2).provenance().causes()).containsExactly(resend);
    assertThat(sent.get(2).provenance().actor()).contains("cat");
    assertThat(answer(resend).pinned()).contains(one);
    assertThat(answer(resend).message())
        .isEqualTo(
            "the recorded inputs and definition of generation 1 are sent as a new generation, pinned to %s until it is resumed: [staging]"
                .formatted(one));
    assertThat(dispatched(3).repeated()).contains(Generation.FIRST);
    assertThat(dispatched(3).reason()).isEqualTo("command resend");

    situation.put("web", "three").pushAndNotify();
    situation.awaitSync(PRODUCTION, 3);
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(3);

    situation.command("web", Set.of(STAGING), new Command.Resume());
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("web 4 three");
  }

  @Test
  void theNewestGenerationIsSentAgainAndNothingIsPinned() throws IOException {
    EventId resend = resend(2);

    assertThat(outcome(resend)).startsWith("SENT 3: ");
    assertThat(answer(resend).pinned()).isEmpty();
    situation.put("web", "three").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4)))
        .containsExactly("web 1 one", "web 2 two", "web 3 two", "web 4 three");
  }

  @Test
  void theDefinitionOfThatTimeIsSentToo() throws IOException {
    situation.document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: shop, path: apps/web}
          clusters: {names: [staging]}
          namespace: elsewhere
        """);
    situation.awaitSync(STAGING, 3);
    situation.awaitQuiet();

    outcome(resend(1));

    SyncEvent.Target again = (SyncEvent.Target) situation.sync(STAGING).get(3);
    assertThat(again.spec().namespace()).isEqualTo("web");
  }

  @Test
  void aResyncWhileAnOlderGenerationIsPinnedSendsThatOneAgain() throws IOException {
    outcome(resend(1));
    situation.put("web", "three").pushAndNotify();
    situation.awaitSync(PRODUCTION, 3);

    EventId resync = situation.command("web", Set.of(STAGING), new Command.Resync());

    assertThat(outcome(resync))
        .isEqualTo(
            "SENT 4: generation 4 was sent with the recorded inputs of generation 3: generation 1"
                + " was sent again and is pinned");
    assertThat(lines(situation.sync(STAGING))).endsWith("web 3 one", "web 4 one");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(4);
  }

  @Test
  void allCommandsAreAnsweredWhileAnOlderGenerationIsPinned() {
    outcome(resend(1));
    List<EventId> commands =
        List.of(
            situation.command("web", Set.of(STAGING), new Command.Resync()),
            situation.command("web", Set.of(STAGING), new Command.Reevaluate()),
            situation.command("web", Set.of(STAGING), new Command.Resync()));

    for (EventId command : commands) {
      assertThat(outcome(command)).containsAnyOf("SENT", "HELD");
    }
    assertThat(outcome(commands.getFirst())).startsWith("SENT");
    assertThat(outcome(commands.getLast())).startsWith("SENT");
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING)).subList(2, 4))
        .containsExactly("web 3 one", "web 4 one");
  }

  @Test
  void aDemandOfAPinnedApplicationSurvivesARestart() {
    outcome(resend(1));
    situation.awaitQuiet();
    dispatcher.close();
    EventId lost = EventId.of("command", "of a read that was lost");
    situation.damage(
        "web",
        state ->
            new ApplicationState(
                state.application(),
                state.definition(),
                state.fleetRevision(),
                state.dispatched(),
                state.refused(),
                state.holds(),
                Map.of(STAGING, new StateRecord.Demand(lost, "cat")),
                state.retiredOwner(),
                state.carriedOut(),
                state.possible(),
                Optional.of(Map.of(STAGING, List.of(lost)))));

    situation.start();

    assertThat(outcome(lost)).startsWith("SENT 4: ");
    assertThat(lines(situation.sync(STAGING))).endsWith("web 3 one", "web 4 one");
  }

  @Test
  void aLedgerThatIsAheadGetsWhatIsPinned() {
    outcome(resend(1));
    situation.awaitQuiet();
    situation.deliver(
        _ ->
            new ChangeEvent.LedgerAhead(
                situation.repository,
                new ApplicationName("web"),
                STAGING,
                new Generation(3),
                new Generation(7)));

    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("web 3 one", "web 8 one");
    assertThat(dispatched(8).reason()).isEqualTo("ledger ahead");
  }

  @Test
  void aPinnedApplicationNeedsNoRef() throws IOException {
    outcome(resend(1));
    situation.awaitQuiet();
    situation.origin.delete(MAIN);
    EventId resync = situation.command("web", Set.of(STAGING), new Command.Resync());
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(outcomes(resync)).last().asString().startsWith("SENT 4: "));
    assertThat(lines(situation.sync(STAGING))).endsWith("web 3 one", "web 4 one");
  }

  @Test
  void aResyncWorksFromTheNewestTargetWhenForgeAndMirrorsAreGone() throws IOException {
    dispatcher.close();
    Path away = situation.directory.resolve("away.git");
    Files.move(situation.directory.resolve("shop.git"), away);
    situation.start(situation.config("other-mirrors"), DispatchListener.NONE);

    EventId resync = situation.command("web", Set.of(STAGING), new Command.Resync());
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(outcomes(resync))
                    .last()
                    .satisfies(
                        last ->
                            assertThat(last)
                                .startsWith(
                                    "SENT 3: generation 3 was sent with the recorded inputs of"
                                        + " generation 2: ")
                                .endsWith("refs/heads/main cannot be read")));

    List<SyncEvent> sent = situation.sync(STAGING);
    assertThat(content(sent.get(2))).isEqualTo(content(sent.get(1)));
    assertThat(situation.sync(PRODUCTION)).hasSize(2);
    Files.move(away, situation.directory.resolve("shop.git"));
    situation.put("web", "three").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("web 3 two", "web 4 three");
  }

  @Test
  void aGenerationThatIsNoLongerRecordedIsNamed() throws Exception {
    TopicPartition topic = new TopicPartition(situation.connection.topics().sync(STAGING), 0);
    deleteRecords(topic, 1); // what compaction does after its lag

    EventId resend = resend(1);
    situation.awaitQuiet();

    assertThat(answer(resend).accepted()).isFalse();
    assertThat(answer(resend).message())
        .startsWith("generation 1 of web in staging is no longer in " + topic.topic())
        .contains("no archive (--archive)", "sluice rollback");
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 2 two");
  }

  @Test
  void aGenerationThatIsNoLongerRecordedIsSentFromTheArchive() throws Exception {
    dispatcher.close();
    Path directory = situation.directory.resolve("archive");
    ArchiveConfig config = ArchiveConfig.in(directory);
    situation.start(situation.config("mirrors").archivedIn(config), DispatchListener.NONE);
    JsonNode first = content(situation.sync(STAGING).getFirst());
    try (TargetArchive archive = config.open(situation.connection.topics(), Clock.systemUTC())) {
      await()
          .until(
              () ->
                  archive.read(STAGING, new ApplicationName("web"), Generation.FIRST).isPresent());
    }
    deleteRecords(new TopicPartition(situation.connection.topics().sync(STAGING), 0), 1);

    EventId resend = resend(1);
    assertThat(outcome(resend)).startsWith("SENT 3: ");
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 2 two", "web 3 one");
    assertThat(content(situation.sync(STAGING).getLast())).isEqualTo(first);

    try (Stream<Path> files = Files.walk(directory.resolve("blobs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, "damaged");
      }
    }
    EventId damaged = resend(1);
    situation.awaitQuiet();
    assertThat(answer(damaged).accepted()).isFalse();
    assertThat(answer(damaged).message()).contains("cannot be read from the archive", "damaged");
    assertThat(situation.sync(STAGING)).hasSize(2);
  }

  @Test
  void whatWasNeverSentOrIsSuspendedIsRefused() {
    EventId never = resend(3);
    situation.awaitQuiet();
    assertThat(answer(never).message())
        .isEqualTo("generation 3 was not sent to staging: the last one is 2");

    situation.command("web", Set.of(STAGING), new Command.Suspend());
    EventId suspended = resend(1);
    situation.awaitQuiet();
    assertThat(answer(suspended).message()).contains("is suspended in staging by cat");
    assertThat(situation.sync(STAGING)).hasSize(2);
  }

  @Test
  void aRebuildKnowsWhatWasPinned() {
    outcome(resend(1));
    EventId rebuild = situation.command("web", Set.of(), new Command.Rebuild());
    situation.awaitQuiet();
    assertThat(answer(rebuild).message()).endsWith(": the same");
  }

  /** Deletes the first records of a compacted topic. */
  private void deleteRecords(TopicPartition topic, long before)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.topic());
    try (Admin admin = Admin.create(situation.connection.admin())) {
      for (String policy : List.of("compact,delete", "compact")) {
        AlterConfigOp set =
            new AlterConfigOp(
                new ConfigEntry(TopicConfig.CLEANUP_POLICY_CONFIG, policy),
                AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
        if (policy.contains("delete")) {
          // the broker learns of the policy later than its controller
          await()
              .ignoreExceptionsInstanceOf(ExecutionException.class)
              .until(
                  () ->
                      admin
                              .deleteRecords(Map.of(topic, RecordsToDelete.beforeOffset(before)))
                              .all()
                              .get()
                          == null);
        }
      }
    }
  }

  private EventId resend(long generation) {
    return situation.command(
        "web",
        Set.of(STAGING),
        new Command.Resend(new Generation(generation), Optional.of(Instant.now().minusSeconds(1))));
  }

  private String outcome(EventId command) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> outcomes(command), all -> !all.isEmpty())
        .getLast();
  }

  private List<String> outcomes(EventId command) {
    return situation.changes().stream()
        .filter(CommandEvent.Outcome.class::isInstance)
        .map(CommandEvent.Outcome.class::cast)
        .filter(one -> one.given().equals(command))
        .map(
            one ->
                "%s %s: %s"
                    .formatted(
                        one.result(),
                        one.generation().map(Object::toString).orElse("-"),
                        one.message()))
        .toList();
  }

  private CommandEvent.Answered answer(EventId command) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                situation.changes().stream()
                    .filter(CommandEvent.Answered.class::isInstance)
                    .map(CommandEvent.Answered.class::cast)
                    .filter(one -> one.given().equals(command))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private ResultEvent.Dispatched dispatched(long generation) {
    return situation.results().stream()
        .filter(ResultEvent.Dispatched.class::isInstance)
        .map(ResultEvent.Dispatched.class::cast)
        .filter(one -> one.subject().cluster().equals(STAGING))
        .filter(one -> one.subject().generation().equals(new Generation(generation)))
        .findFirst()
        .orElseThrow();
  }

  /** Returns all of a target but its generation and what it was sent for. */
  private static JsonNode content(SyncEvent event) throws IOException {
    ObjectNode json = (ObjectNode) Json.mapper().readTree(EventCodec.value(event));
    json.remove(List.of("generation", "provenance"));
    return json;
  }
}
