package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandIT {

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
  void resyncSendsTheSameInputsAsANewGeneration() {
    situation.start();
    situation.awaitSync(STAGING, 1);

    EventId command = situation.command("web", Set.of(STAGING), new Command.Resync());

    List<SyncEvent> sent = situation.awaitSync(STAGING, 2);
    assertThat(lines(sent)).containsExactly("web 1 one", "web 2 one");
    assertThat(sent.getLast().provenance().causes()).containsExactly(command);
    assertThat(sent.getLast().provenance().actor()).contains("cat");
    assertThat(answer(command).accepted()).isTrue();
    situation.awaitQuiet();
    assertThat(lines(situation.sync(PRODUCTION))).containsExactly("web 1 one");
    assertThat(situation.results())
        .filteredOn(ResultEvent.Dispatched.class::isInstance)
        .extracting(result -> ((ResultEvent.Dispatched) result).provenance().causes())
        .contains(List.of(command));
    assertThat(reasons(STAGING)).containsExactly("first dispatch", "command resync");
  }

  private List<String> reasons(ClusterName cluster) {
    return situation.results().stream()
        .filter(ResultEvent.Dispatched.class::isInstance)
        .map(ResultEvent.Dispatched.class::cast)
        .filter(dispatched -> dispatched.cluster().equals(cluster))
        .map(ResultEvent.Dispatched::reason)
        .toList();
  }

  @Test
  void aSuspendedChangeIsSentOnResuming() throws IOException {
    situation.start();
    situation.awaitSync(PRODUCTION, 1);
    EventId suspend = situation.command("web", Set.of(PRODUCTION), new Command.Suspend());
    situation.awaitQuiet();

    situation.put("web", "two").pushAndNotify();
    situation.awaitSync(STAGING, 2);
    situation.put("web", "three").pushAndNotify();
    situation.awaitSync(STAGING, 3);
    situation.awaitQuiet();

    assertThat(answer(suspend).accepted()).isTrue();
    assertThat(lines(situation.sync(PRODUCTION))).containsExactly("web 1 one");
    assertThat(commitsBehind(PRODUCTION)).isEqualTo(2);
    assertThat(commitsBehind(STAGING)).isZero();
    EventId resync = situation.command("web", Set.of(), new Command.Resync());
    situation.awaitQuiet();
    assertThat(answer(resync).accepted()).isFalse();
    assertThat(answer(resync).message()).contains("suspended in production by cat (a reason)");

    situation.command("web", Set.of(), new Command.Resume());

    assertThat(lines(situation.awaitSync(PRODUCTION, 2)))
        .containsExactly("web 1 one", "web 2 three");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(3);
    assertThat(reasons(PRODUCTION)).containsExactly("first dispatch", "command resume");
  }

  @Test
  void theWorkersTopicSaysWhetherTheApplicationIsSuspended() throws IOException {
    situation.start();
    situation.awaitSync(PRODUCTION, 1);
    situation.command("web", Set.of(PRODUCTION), new Command.Suspend());
    situation.awaitQuiet();
    situation.command("web", Set.of(), new Command.Resume());
    situation.awaitQuiet();
    situation.command("web", Set.of(PRODUCTION), new Command.Suspend());
    situation.awaitQuiet();

    situation.application("web", "staging");

    situation.awaitSync(PRODUCTION, 2);
    assertThat(situation.suspensions(PRODUCTION))
        .extracting(
            one -> "%s %s by %s: %s".formatted(one.key(), one.suspended(), one.by(), one.reason()))
        .containsExactly(
            "~suspension/web true by cat: a reason",
            "~suspension/web false by cat: a reason",
            "~suspension/web true by cat: a reason",
            "~suspension/web false by dispatcher: the fleet no longer has it here");
    assertThat(situation.suspensions(STAGING))
        .extracting(SuspensionEvent::suspended)
        .containsExactly(false);
  }

  @Test
  void aSuspensionSurvivesARestart() throws IOException {
    Dispatcher first = situation.start();
    situation.awaitSync(PRODUCTION, 1);
    situation.command("web", Set.of(PRODUCTION), new Command.Suspend());
    situation.awaitQuiet();
    first.close();
    situation.put("web", "two").pushAndNotify();

    situation.start();

    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();
    assertThat(situation.sync(PRODUCTION)).hasSize(1);
  }

  @Test
  void restoresACommitAndStaysThereUntilItIsResumed() throws IOException {
    situation.start();
    CommitId one = ((SyncEvent.Target) situation.awaitSync(PRODUCTION, 1).getFirst()).commit();
    situation.put("web", "two").pushAndNotify();
    situation.awaitSync(PRODUCTION, 2);

    situation.command("web", Set.of(PRODUCTION), new Command.Restore(one));

    List<SyncEvent> restored = situation.awaitSync(PRODUCTION, 3);
    assertThat(lines(restored)).containsExactly("web 1 one", "web 2 two", "web 3 one");
    assertThat(((SyncEvent.Target) restored.getLast()).commit()).isEqualTo(one);
    situation.put("web", "three").pushAndNotify();
    situation.awaitSync(STAGING, 3);
    situation.awaitQuiet();
    assertThat(situation.sync(PRODUCTION)).hasSize(3);
    assertThat(commitsBehind(PRODUCTION)).as("two and three").isEqualTo(2);

    situation.command("web", Set.of(PRODUCTION), new Command.Resume());

    assertThat(lines(situation.awaitSync(PRODUCTION, 4))).endsWith("web 4 three");
    situation.awaitQuiet();
    assertThat(reasons(PRODUCTION))
        .containsExactly(
            "first dispatch", "apps/web/config.yaml", "command restore", "command resume");
  }

  @Test
  void anApprovalIsValidForOnePlanOfOneGeneration() throws IOException {
    String plan = "a".repeat(64);
    situation.start();
    CommitId one = ((SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst()).commit();
    situation.put("web", "two").pushAndNotify();
    CommitId two = ((SyncEvent.Target) situation.awaitSync(STAGING, 2).getLast()).commit();
    assertThat(two).isNotEqualTo(one);

    EventId stale = approve(Set.of(STAGING), 1, Optional.of(plan));
    EventId ofNoPlan = approve(Set.of(STAGING), 2, Optional.empty());
    EventId ofTwoClusters = approve(Set.of(STAGING, PRODUCTION), 2, Optional.of(plan));
    situation.awaitQuiet();
    EventId fresh = approve(Set.of(STAGING), 2, Optional.of(plan));

    SyncEvent.Target approved = (SyncEvent.Target) situation.awaitSync(STAGING, 3).getLast();
    assertThat(approved.approval())
        .contains(new Approval(plan, new Generation(2), Optional.of(two), "cat"));
    assertThat(answer(stale).message()).contains("look at that one");
    assertThat(answer(ofNoPlan).message()).contains("names the plan");
    assertThat(answer(ofTwoClusters).message()).contains("one cluster");
    assertThat(List.of(stale, ofNoPlan, ofTwoClusters))
        .noneMatch(command -> answer(command).accepted());
    assertThat(answer(fresh).accepted()).isTrue();
    situation.put("web", "three").pushAndNotify();
    assertThat(((SyncEvent.Target) situation.awaitSync(STAGING, 4).getLast()).approval()).isEmpty();
  }

  private EventId approve(Set<ClusterName> clusters, long generation, Optional<String> plan) {
    return situation.command(
        "web", clusters, new Command.Approve(new Generation(generation), plan));
  }

  @Test
  void aRebuildComparesTheStateWithItsRecomputation() throws IOException {
    Dispatcher first = situation.start();
    situation.awaitSync(PRODUCTION, 1);
    CommitId one = ((SyncEvent.Target) situation.sync(STAGING).getFirst()).commit();
    situation.put("web", "two").pushAndNotify();
    situation.awaitSync(PRODUCTION, 2);
    situation.command("web", Set.of(STAGING), new Command.Restore(one));
    situation.awaitSync(STAGING, 3);
    situation.command("web", Set.of(PRODUCTION), new Command.Suspend());
    situation.put("web", "three").pushAndNotify();
    situation.awaitQuiet();

    EventId same = situation.command("web", Set.of(), new Command.Rebuild());
    situation.awaitQuiet();

    assertThat(answer(same).accepted()).isTrue();
    assertThat(answer(same).message())
        .matches("recomputed from \\d+ records of changes and from Git: the same");
    assertThat(situation.sync(STAGING)).hasSize(3);
    assertThat(situation.sync(PRODUCTION)).hasSize(2);

    first.close();
    situation.damage(
        "web",
        state ->
            new ApplicationState(
                state.application(),
                state.definition(),
                state.fleetRevision(),
                Map.of(
                    STAGING,
                    new StateRecord.Dispatched(
                        Generation.FIRST, Optional.of("v1:other"), Optional.of(one)),
                    PRODUCTION,
                    state.dispatched().get(PRODUCTION)),
                state.refused(),
                Map.of(STAGING, state.holds().get(STAGING)),
                state.demands(),
                state.retiredOwner(),
                state.carriedOut(),
                state.possible(),
                Optional.empty()));
    EventId differs = situation.command("web", Set.of(), new Command.Rebuild());
    situation.start();
    situation.awaitQuiet();

    // an ordinary evaluation, before or after, repairs the damage
    assertThat(answer(differs).message())
        .contains("differs: ")
        .contains("what holds it in production");
  }

  @Test
  void aRepeatedCommandIsCarriedOutOnce() throws IOException {
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 1);
    EventId resync = situation.command("web", Set.of(STAGING), new Command.Resync());
    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();

    situation.again(resync, "web", Set.of(STAGING), new Command.Resync());
    situation.awaitQuiet();
    first.close();
    situation.start();
    situation.again(resync, "web", Set.of(STAGING), new Command.Resync());
    situation.put("web", "two").pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 3)))
        .containsExactly("web 1 one", "web 2 one", "web 3 two");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(3);
    assertThat(situation.changes()).filteredOn(CommandEvent.Answered.class::isInstance).hasSize(1);
  }

  @Test
  void invalidCommandsAreRefusedAndAnswered() {
    situation.start();
    situation.awaitSync(STAGING, 1);

    EventId unknown = situation.command("nope", Set.of(), new Command.Resync());
    EventId unknownCluster =
        situation.command("web", Set.of(new ClusterName("moon")), new Command.Suspend());
    EventId foreign =
        situation.command(
            "web", Set.of(STAGING), new Command.Discard(new DeadLetterId("staging/other/1")));
    situation.awaitQuiet();

    assertThat(answer(foreign).message())
        .isEqualTo("staging/other/1 is no dead letter of web in [staging]");
    assertThat(situation.deadLetters()).isEmpty();
    assertThat(answer(unknown).message()).isEqualTo("the fleet has no application nope");
    assertThat(answer(unknownCluster).message()).isEqualTo("web does not go to [moon]");
    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  /** Returns the number of commits in Git that the target sent last to a cluster has not. */
  private long commitsBehind(ClusterName cluster) {
    long commits =
        situation.state().stream()
            .filter(StateRecord.RefState.class::isInstance)
            .map(StateRecord.RefState.class::cast)
            .reduce((_, newer) -> newer)
            .flatMap(StateRecord.RefState::commits)
            .orElseThrow();
    List<RefPosition> positions =
        situation.results().stream()
            .filter(ResultEvent.Dispatched.class::isInstance)
            .map(ResultEvent.Dispatched.class::cast)
            .filter(sent -> sent.cluster().equals(cluster))
            .reduce((_, newer) -> newer)
            .flatMap(ResultEvent.Dispatched::positions)
            .orElseThrow();
    assertThat(positions).hasSize(1);
    return commits - positions.getFirst().commits();
  }

  private CommandEvent.Answered answer(EventId command) {
    return situation.changes().stream()
        .filter(CommandEvent.Answered.class::isInstance)
        .map(CommandEvent.Answered.class::cast)
        .filter(answered -> answered.given().equals(command))
        .findFirst()
        .orElseThrow();
  }
}
