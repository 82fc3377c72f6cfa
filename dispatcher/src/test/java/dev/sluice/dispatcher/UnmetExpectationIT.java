package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks whose {@code after} commit the fetch never finds: the ref is evaluated as it is. */
class UnmetExpectationIT {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final RetryTiming TIMING =
      new RetryTiming(PATIENCE, Duration.ofMillis(100), Duration.ZERO);

  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging");
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // an id of SHA-256, where the repository is one of SHA-1
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        // an id of another repository
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
      })
  void aCommitThatNeverAppearsEndsInAnEvaluation(String after) throws IOException {
    CommitId first = situation.put("web", "one").push();
    start();
    situation.awaitSync(STAGING, 1);

    CommitId second = situation.put("web", "two").push();
    EventId delivered = situation.deliver(Optional.of(new CommitId(after)));

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 2 two");
    situation.awaitQuiet();
    assertThat(unmet(MAIN))
        .hasValueSatisfying(
            unmet -> {
              assertThat(unmet.expected()).hasToString(after);
              assertThat(unmet.evaluated()).contains(second).isNotEqualTo(Optional.of(first));
              assertThat(unmet.causes()).containsExactly(delivered);
            });

    CommitId third = situation.put("web", "three").pushAndNotify();
    situation.awaitSync(STAGING, 3);
    situation.awaitQuiet();
    assertThat(head(MAIN)).contains(third);
    assertThat(unmet(MAIN)).isEmpty();
  }

  @Test
  void aCommitOfAnotherBranchEndsInAnEvaluation() throws IOException {
    CommitId first = situation.put("web", "one").push();
    CommitId aside =
        situation.origin.commit(
            Map.of("apps/web/config.yaml", Origin.Content.file("kind: Other\n")), first);
    situation.origin.set(GitRef.branch("aside"), aside);
    start();
    situation.awaitSync(STAGING, 1);

    CommitId second = situation.put("web", "two").push();
    situation.deliver(Optional.of(aside));

    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();
    assertThat(unmet(MAIN).flatMap(Unmet::evaluated)).contains(second);
  }

  @Test
  void aCommitOfADeletedBranchEndsInAnEvaluation() throws IOException {
    situation.put("web", "one").push();
    start();
    situation.awaitSync(STAGING, 1);

    situation.origin.delete(MAIN);
    situation.deliver(Optional.of(new CommitId("b".repeat(64))));

    await().atMost(Duration.ofSeconds(20)).until(() -> !situation.deadLetters().isEmpty());
    situation.awaitQuiet();
    assertThat(head(MAIN)).isEmpty();
    assertThat(unmet(MAIN)).hasValueSatisfying(unmet -> assertThat(unmet.evaluated()).isEmpty());
  }

  @Test
  void noStreamOfWebhooksKeepsARefFromBeingEvaluated() throws Exception {
    situation.put("web", "one").push();
    start();
    situation.awaitSync(STAGING, 1);

    situation.put("web", "two").push();
    try (var forge = Executors.newSingleThreadScheduledExecutor()) {
      var stream =
          forge.scheduleAtFixedRate(
              () -> situation.deliver(Optional.of(new CommitId("b".repeat(40)))),
              0,
              PATIENCE.toMillis() / 4,
              TimeUnit.MILLISECONDS);
      assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
      stream.cancel(false);
    }
    situation.awaitQuiet();
  }

  @Test
  void theLastAnnouncedCommitIsStillAwaitedWhenTheFirstNeverAppears() throws Exception {
    situation.put("web", "one").push();
    start(new RetryTiming(Duration.ofSeconds(4), Duration.ofMillis(100), Duration.ZERO));
    situation.awaitSync(STAGING, 1);

    situation.put("web", "two").push();
    situation.deliver(Optional.of(new CommitId("b".repeat(40))));
    await().until(() -> pending(MAIN).isPresent());
    CommitId late = situation.put("web", "three").commit();
    await()
        .pollDelay(Duration.ofSeconds(2))
        .until(() -> situation.deliver(Optional.of(late)) != null);
    // the ref as it is, when the first commit's time is over
    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
    situation.origin.set(MAIN, late);

    // no further webhook arrives, and polling is off
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("web 3 three");
    situation.awaitQuiet();
    assertThat(unmet(MAIN)).isEmpty();
  }

  @Test
  void pollingContinuesAfterACommitThatNeverAppeared() throws IOException {
    situation.put("web", "one").push();
    start(new RetryTiming(PATIENCE, Duration.ofMillis(100), Duration.ofMillis(200)));
    situation.awaitSync(STAGING, 1);

    situation.deliver(Optional.of(new CommitId("a".repeat(64))));
    await().until(() -> unmet(MAIN).isPresent());
    situation.put("web", "two").push();

    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
  }

  private void start() {
    start(TIMING);
  }

  private void start(RetryTiming timing) {
    situation.start(situation.onePartition(timing), DispatchListener.NONE);
  }

  private Optional<Unmet> unmet(GitRef ref) {
    return state(ref).flatMap(RefState::unmet);
  }

  private Optional<StateRecord.Pending> pending(GitRef ref) {
    return state(ref).flatMap(RefState::pending);
  }

  private Optional<CommitId> head(GitRef ref) {
    return state(ref).flatMap(RefState::head);
  }

  private Optional<RefState> state(GitRef ref) {
    List<RefState> states =
        situation.state().stream()
            .filter(RefState.class::isInstance)
            .map(RefState.class::cast)
            .filter(state -> state.ref().equals(ref))
            .toList();
    return states.isEmpty() ? Optional.empty() : Optional.of(states.getLast());
  }
}
