package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.CommitId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers to commands, and their outcomes, say what happened. */
class CommandOutcomeIT {

  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging, production");
    situation.put("web", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void aResyncNamesTheGenerationThatWasSentToEachCluster() {
    started();
    EventId resync = situation.command("web", Set.of(), new Command.Resync());

    assertThat(outcomes(resync, 2))
        .containsExactlyInAnyOrder(
            "staging SENT 2: generation 2 was sent", "production SENT 2: generation 2 was sent");
    assertThat(answer(resync).pending()).contains(Set.of(STAGING, PRODUCTION));
    assertThat(answer(resync).message()).doesNotContain("sent again");
    assertThat(situation.sync(STAGING)).hasSize(2);
  }

  @Test
  void nothingIsSentWhereTheInputsAreEqual() throws IOException {
    CommitId one = started();
    EventId restore = situation.command("web", Set.of(STAGING), new Command.Restore(one));
    assertThat(outcomes(restore, 1))
        .containsExactly("staging SAME 1: nothing was sent: generation 1 has the same inputs");

    EventId sync = situation.command("web", Set.of(PRODUCTION), new Command.Reevaluate());
    assertThat(outcomes(sync, 1))
        .containsExactly("production SAME 1: nothing was sent: generation 1 has the same inputs");

    EventId resume = situation.command("web", Set.of(), new Command.Resume());
    assertThat(outcomes(resume, 2)).allMatch(outcome -> outcome.contains(" SAME 1: "));
    EventId again = situation.command("web", Set.of(), new Command.Resume());
    situation.awaitQuiet();
    assertThat(answer(again).message()).startsWith("was neither suspended nor pinned");
    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  @Test
  void aCommitThatTheRepositoryDoesNotHaveIsRefusedAndHoldsNothing() throws IOException {
    started();
    CommitId missing = new CommitId("b".repeat(40));

    EventId restore = situation.command("web", Set.of(STAGING), new Command.Restore(missing));
    situation.awaitQuiet();

    assertThat(answer(restore).accepted()).isFalse();
    assertThat(answer(restore).message())
        .isEqualTo(
            "%s has no commit %s on refs/heads/main: sluice history shows the commits that were sent"
                .formatted(situation.repository, missing));
    assertThat(answer(restore).pending()).isEmpty();
    assertThat(situation.deadLetters()).isEmpty();
    situation.put("web", "two").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
  }

  @Test
  void anIdOfATreeIsRefused() throws IOException {
    CommitId tree = situation.origin.tree(started());

    EventId restore = situation.command("web", Set.of(STAGING), new Command.Restore(tree));
    situation.awaitQuiet();

    assertThat(answer(restore).accepted()).isFalse();
    assertThat(answer(restore).message()).contains("has no commit " + tree);
    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  @Test
  void aCommitThatWasPushedSinceTheLastFetchCanBeRestored() throws IOException {
    started();
    CommitId two = situation.put("web", "two").push();

    EventId restore = situation.command("web", Set.of(STAGING), new Command.Restore(two));

    assertThat(outcomes(restore, 1)).containsExactly("staging SENT 2: generation 2 was sent");
    assertThat(answer(restore).message())
        .isEqualTo(
            "pinned to %s; what Git has there is sent, by today's definition: [staging]"
                .formatted(two));
  }

  @Test
  void aMissingCommitOfAnUnreadableRepositoryIsRefused() throws IOException {
    started();
    Files.move(situation.directory.resolve("shop.git"), situation.directory.resolve("away.git"));

    EventId restore =
        situation.command(
            "web", Set.of(STAGING), new Command.Restore(new CommitId("b".repeat(40))));
    situation.awaitQuiet();

    assertThat(answer(restore).accepted()).isFalse();
    assertThat(answer(restore).message())
        .contains("b".repeat(40), situation.repository.value(), "cannot be read: cannot fetch");
  }

  @Test
  void commandsAreCarriedOutInTheirOrderAlsoBehindARestoration() {
    CommitId one = started();
    situation.command("web", Set.of(STAGING), new Command.Restore(one));
    EventId resume = situation.command("web", Set.of(STAGING), new Command.Resume());
    EventId missing =
        situation.command(
            "web", Set.of(STAGING), new Command.Restore(new CommitId("b".repeat(40))));
    EventId suspend = situation.command("web", Set.of(STAGING), new Command.Suspend());
    EventId suspendAgain = situation.command("web", Set.of(STAGING), new Command.Suspend());
    situation.awaitQuiet();

    assertThat(answer(resume).message())
        .isEqualTo("follows Git again, by today's definition: [staging]");
    assertThat(answer(missing).accepted()).isFalse();
    assertThat(answer(suspend).message()).isEqualTo("suspended: [staging]");
    assertThat(answer(suspend).pending()).isEmpty();
    assertThat(answer(suspendAgain).message()).startsWith("was suspended already");
    EventId sync = situation.command("web", Set.of(STAGING), new Command.Reevaluate());
    assertThat(outcomes(sync, 1))
        .containsExactly("staging HELD -: nothing was sent: suspended by cat (a reason)");
  }

  @Test
  void refusedSourcesAreTheOutcomeUntilTheyAreValid() throws IOException {
    started();
    situation.file("apps/web/kustomization.yaml", "resources: [missing.yaml]\n").pushAndNotify();
    await().until(() -> !situation.deadLetters().isEmpty());

    EventId resync = situation.command("web", Set.of(STAGING), new Command.Resync());
    List<CommandEvent.Outcome> refused = events(resync, 1);
    assertThat(refused.getFirst().result()).isEqualTo(CommandEvent.Outcome.Result.REFUSED);
    assertThat(refused.getFirst().code().map(FailureCode::value)).contains("MissingFile");
    assertThat(refused.getFirst().message())
        .contains("missing.yaml")
        .endsWith("; a generation is sent once the sources are valid");
    situation.awaitQuiet();

    situation.delete("apps/web/kustomization.yaml").pushAndNotify();
    assertThat(outcomes(resync, 2)).endsWith("staging SENT 2: generation 2 was sent");
    assertThat(situation.awaitSync(STAGING, 2).getLast().provenance().causes()).contains(resync);
  }

  @Test
  void anUnreadableRepositoryIsReportedOnceAndTheOutcomeFollows() throws IOException {
    started();
    Path place = situation.directory.resolve("shop.git");
    Path away = situation.directory.resolve("away.git");
    CommitId two = situation.put("web", "two").commit();
    Files.move(place, away);

    EventId sync = situation.command("web", Set.of(STAGING), new Command.Reevaluate());
    List<CommandEvent.Outcome> waiting = events(sync, 1);
    assertThat(waiting.getFirst().result()).isEqualTo(CommandEvent.Outcome.Result.WAITING);
    assertThat(waiting.getFirst().code().map(FailureCode::value)).contains("RepositoryNotFound");
    situation.deliver(Optional.empty());

    Files.move(away, place);
    situation.origin.set(MAIN, two);
    assertThat(outcomes(sync, 2)).endsWith("staging SENT 2: generation 2 was sent");
  }

  @Test
  void theOutcomeOfACommandSurvivesARestart() throws IOException {
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 1);
    situation.awaitSync(PRODUCTION, 1);
    situation.awaitQuiet();
    Path place = situation.directory.resolve("shop.git");
    Path away = situation.directory.resolve("away.git");
    Files.move(place, away);
    EventId sync = situation.command("web", Set.of(STAGING), new Command.Reevaluate());
    events(sync, 1);
    first.close();

    Files.move(away, place);
    situation.start();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(written(sync))
                    .extracting(CommandEvent.Outcome::result)
                    .endsWith(CommandEvent.Outcome.Result.SAME));
  }

  @Test
  void aDeletedRefIsAnOutcome() throws IOException {
    started();
    situation.origin.delete(MAIN);
    EventId sync = situation.command("web", Set.of(STAGING), new Command.Reevaluate());
    assertThat(events(sync, 1).getFirst().code().map(FailureCode::value)).contains("RefGone");
    assertThat(events(sync, 1).getFirst().result()).isEqualTo(CommandEvent.Outcome.Result.REFUSED);
  }

  @Test
  void aDeadLetterOfSourcesThatAreNotRefusedCannotBeDiscarded() {
    started();
    EventId discard =
        situation.command(
            "web", Set.of(STAGING), new Command.Discard(new DeadLetterId("staging/web/source")));
    situation.awaitQuiet();
    assertThat(answer(discard).accepted()).isFalse();
    assertThat(answer(discard).message())
        .isEqualTo("the dead letter staging/web/source is not open");
  }

  /** Starts a dispatcher and returns the commit that it has sent. */
  private CommitId started() {
    situation.start();
    situation.awaitSync(PRODUCTION, 1);
    CommitId one = ((SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst()).commit();
    situation.awaitQuiet();
    return one;
  }

  private List<String> outcomes(EventId command, int count) {
    return events(command, count).stream()
        .map(
            one ->
                "%s %s %s: %s"
                    .formatted(
                        one.cluster(),
                        one.result(),
                        one.generation().map(Object::toString).orElse("-"),
                        one.message()))
        .toList();
  }

  /** Waits for that many outcomes, and that there are no more. */
  private List<CommandEvent.Outcome> events(EventId command, int count) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(written(command)).hasSizeGreaterThanOrEqualTo(count));
    assertThat(written(command)).hasSize(count);
    return written(command);
  }

  private List<CommandEvent.Outcome> written(EventId command) {
    return situation.changes().stream()
        .filter(CommandEvent.Outcome.class::isInstance)
        .map(CommandEvent.Outcome.class::cast)
        .filter(outcome -> outcome.given().equals(command))
        .toList();
  }

  private CommandEvent.Answered answer(EventId command) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> answers(command).stream().findFirst().isPresent());
    return answers(command).getFirst();
  }

  private List<CommandEvent.Answered> answers(EventId command) {
    return situation.changes().stream()
        .filter(CommandEvent.Answered.class::isInstance)
        .map(CommandEvent.Answered.class::cast)
        .filter(answered -> answered.given().equals(command))
        .toList();
  }
}
