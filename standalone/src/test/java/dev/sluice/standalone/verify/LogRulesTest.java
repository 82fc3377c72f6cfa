package dev.sluice.standalone.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each rule reports a log with its fault, and nothing in a healthy log. */
class LogRulesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final RepositoryId REPOSITORY = new RepositoryId("git.example/acme/shop");
  private static final GitRef MAIN = GitRef.branch("main");
  private static final CommitId COMMIT = new CommitId("1".repeat(40));
  private static final EventId CAUSE = EventId.of("github", "d1", 0);

  private final List<Envelope<ChangeEvent>> changes = new ArrayList<>();
  private final List<StateRecord> states = new ArrayList<>();
  private final List<Envelope<SyncEvent>> syncs = new ArrayList<>();
  private final List<Envelope<ResultEvent>> results = new ArrayList<>();
  private final List<Envelope<DeadLetterEvent>> deadLetters = new ArrayList<>();

  LogRulesTest() {
    changes.add(
        envelope(
            CAUSE,
            new ChangeEvent.RefChanged(
                REPOSITORY,
                MAIN,
                Optional.empty(),
                Optional.of(COMMIT),
                new Origin.Webhook("github", "d1", Optional.empty(), NOW))));
    states.add(new StateRecord.RefState(REPOSITORY, MAIN, Optional.of(COMMIT), Optional.empty()));
    syncs.add(envelope(target(1, "v1:a")));
    results.add(envelope(applied(1)));
    syncs.add(envelope(target(2, "v1:b")));
    results.add(envelope(applied(2)));
  }

  @Test
  void aHealthyLogHasNoViolation() {
    assertThat(violations()).isEmpty();
  }

  @Test
  void aPendingChangeIsNotSettled() {
    states.add(
        new StateRecord.RefState(
            REPOSITORY,
            GitRef.branch("next"),
            Optional.empty(),
            Optional.of(
                new StateRecord.Pending(
                    Optional.empty(),
                    List.of(CAUSE),
                    Optional.empty(),
                    NOW,
                    Optional.empty(),
                    Optional.empty()))));
    assertThat(violations()).extracting(Violation::guarantee).containsExactly(Guarantee.I1_DURABLE);
  }

  @Test
  void aTargetWithoutEndIsLost() {
    syncs.add(envelope(target(3, "v1:c")));
    assertThat(violations()).extracting(Violation::guarantee).containsExactly(Guarantee.I1_DURABLE);
  }

  @Test
  void anOlderGenerationAfterANewerOneIsOutOfOrder() {
    results.add(envelope(applied(1)));
    assertThat(violations()).extracting(Violation::guarantee).containsExactly(Guarantee.I2_ORDERED);
  }

  @Test
  void theSameInputsTwiceAreNotMinimal() {
    syncs.add(envelope(target(3, "v1:b")));
    results.add(envelope(applied(3)));
    assertThat(violations())
        .extracting(Violation::guarantee)
        .containsExactly(Guarantee.I6_MINIMAL_AND_EXACT);
  }

  @Test
  void anOpenDeadLetterAfterSuccessIsAViolation() {
    deadLetters.add(envelope(opened(1)));
    assertThat(violations())
        .extracting(Violation::guarantee)
        .containsExactly(Guarantee.I7_DEAD_LETTERS);
    deadLetters.add(
        envelope(
            new DeadLetterEvent.Closed(
                new DeadLetterId("staging/web/1"),
                "staging/web",
                DeadLetterEvent.Closed.Reason.SUCCEEDED,
                2)));
    assertThat(violations()).isEmpty();
  }

  @Test
  void aParkedTargetHasADeadLetter() {
    syncs.add(envelope(target(3, "v1:c")));
    results.add(envelope(new ResultEvent.Parked(subject(3), failure(), "a new generation")));
    assertThat(violations())
        .extracting(Violation::guarantee)
        .containsExactly(Guarantee.I7_DEAD_LETTERS);
    deadLetters.add(envelope(opened(3)));
    assertThat(violations()).isEmpty();
  }

  @Test
  void refusedSourcesStayOpenAfterTheLastTargetSucceeded() {
    deadLetters.add(envelope(openedForSources(2)));
    assertThat(violations()).isEmpty();
  }

  @Test
  void refusedSourcesCloseWhenALaterTargetIsSent() {
    deadLetters.add(envelope(openedForSources(1)));
    assertThat(violations())
        .extracting(Violation::guarantee)
        .containsExactly(Guarantee.I7_DEAD_LETTERS);
  }

  @Test
  void refusedSourcesAreNotTheDeadLetterOfAParkedTarget() {
    syncs.add(envelope(target(3, "v1:c")));
    results.add(envelope(new ResultEvent.Parked(subject(3), failure(), "a new generation")));
    deadLetters.add(envelope(openedForSources(3)));
    assertThat(violations())
        .extracting(Violation::guarantee)
        .containsExactly(Guarantee.I7_DEAD_LETTERS);
  }

  @Test
  void refusedSourcesLeaveTheLastTargetToBeChecked() {
    deadLetters.add(envelope(openedForSources(2)));
    assertThat(evidence().parked()).isEmpty();
    deadLetters.add(envelope(opened(2)));
    assertThat(evidence().parked()).containsExactly(LogEvidence.Lane.of(subject(2)));
  }

  @Test
  void aTargetWithoutItsCauseBreaksTheAudit() {
    changes.clear();
    assertThat(violations())
        .extracting(Violation::guarantee)
        .containsExactly(Guarantee.I8_AUDIT, Guarantee.I8_AUDIT);
  }

  @Test
  void violationsOfOtherClustersAreNotReported() {
    GitRef next = GitRef.branch("next");
    states.add(
        new ApplicationState(
            new ApplicationName("other"),
            Optional.of(definition("other", next, "production")),
            "revision",
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    states.add(
        new StateRecord.RefState(
            REPOSITORY,
            next,
            Optional.empty(),
            Optional.of(
                new StateRecord.Pending(
                    Optional.empty(),
                    List.of(CAUSE),
                    Optional.empty(),
                    NOW,
                    Optional.empty(),
                    Optional.empty()))));
    Subject subject =
        new Subject(
            new ClusterName("production"),
            new ApplicationName("other"),
            new Generation(1),
            Optional.of(COMMIT),
            EventId.of("sync"));
    results.add(envelope(new ResultEvent.Parked(subject, failure(), "a new generation")));
    deadLetters.add(
        envelope(
            new DeadLetterEvent.Retried(
                DeadLetterId.of(subject), "production/other", 2, failure())));
    deadLetters.add(
        envelope(
            new DeadLetterEvent.Retried(
                new DeadLetterId("sluice.sync.production/0/7"),
                "sluice.sync.production/0/7",
                2,
                failure())));

    assertThat(violations()).isEmpty();
    assertThat(LogRules.check(evidence("production")))
        .extracting(Violation::guarantee)
        .contains(Guarantee.I1_DURABLE, Guarantee.I7_DEAD_LETTERS);
  }

  @Test
  void anIdOfTwoDifferentEventsIsAViolation() {
    EventId id = EventId.of("retrying");
    results.add(envelope(id, retrying(1)));
    results.add(envelope(id, retrying(1)));
    assertThat(violations()).as("the same event twice").isEmpty();

    results.add(envelope(id, retrying(2)));

    assertThat(violations())
        .containsExactly(
            new Violation(Guarantee.I8_AUDIT, "retrying", "is the id of two different events"));
  }

  @Test
  void anEntryThatIsRetriedAfterItWasClosedIsOpenAgain() {
    DeadLetterEvent closed =
        new DeadLetterEvent.Closed(
            new DeadLetterId("staging/web/1"),
            "staging/web",
            DeadLetterEvent.Closed.Reason.SUCCEEDED,
            1);
    DeadLetterEvent retried =
        new DeadLetterEvent.Retried(new DeadLetterId("staging/web/1"), "staging/web", 2, failure());
    deadLetters.add(envelope(opened(1)));
    deadLetters.add(envelope(closed));
    deadLetters.add(envelope(retried));

    assertThat(evidence().parked()).hasSize(1);
    assertThat(violations())
        .extracting(Violation::guarantee)
        .containsExactly(Guarantee.I7_DEAD_LETTERS);
    deadLetters.add(envelope(closed));
    assertThat(evidence().parked()).isEmpty();
    assertThat(violations()).isEmpty();
  }

  @Test
  void anEntryIsClosedOnceUntilItIsOpenedAgain() {
    DeadLetterId entry = new DeadLetterId("staging/web/1");
    DeadLetterEvent superseded =
        new DeadLetterEvent.Closed(
            entry, "staging/web", DeadLetterEvent.Closed.Reason.SUPERSEDED, 2);
    DeadLetterEvent discarded =
        DeadLetterEvent.Closed.discarded(
            entry, "staging/web", Optional.empty(), "jo", "known", Optional.empty());
    deadLetters.add(envelope(opened(1)));
    deadLetters.add(envelope(discarded));
    deadLetters.add(envelope(discarded));
    deadLetters.add(envelope(superseded));
    assertThat(violations()).as("an operator at the same time").isEmpty();
    deadLetters.add(envelope(superseded));
    assertThat(violations()).as("a worker twice, beside an operator").hasSize(1);
    deadLetters.removeLast();
    deadLetters.add(envelope(opened(1)));
    deadLetters.add(envelope(superseded));
    assertThat(violations()).isEmpty();

    deadLetters.add(envelope(superseded));

    assertThat(violations())
        .containsExactly(
            new Violation(
                Guarantee.I7_DEAD_LETTERS,
                "staging/web/1",
                "was closed twice: SUPERSEDED by generation 2, then SUPERSEDED by generation 2"));
  }

  private static Definition definition(String application, GitRef ref, String cluster) {
    return new Definition(
        new ApplicationName(application),
        List.of(
            new SourceSpec(
                REPOSITORY,
                "https://" + REPOSITORY,
                Optional.empty(),
                Optional.empty(),
                ref,
                application,
                Optional.empty(),
                Optional.empty(),
                RenderOptions.DEFAULT)),
        List.of(new ClusterTarget(new ClusterName(cluster), Map.of())),
        new ApplicationSpec("web", Policy.DEFAULT),
        false);
  }

  private List<Violation> violations() {
    return LogRules.check(evidence());
  }

  private LogEvidence evidence() {
    return evidence("staging");
  }

  private LogEvidence evidence(String cluster) {
    return new LogEvidence(
            changes, states, syncs, results, deadLetters, Set.of(new ClusterName(cluster)))
        .ofClusters();
  }

  private static SyncEvent target(long generation, String digest) {
    return new SyncEvent.Target(
        new ApplicationName("web"),
        new ClusterName("staging"),
        new Generation(generation),
        new ApplicationSpec("web", Policy.DEFAULT),
        List.of(
            new SourceInputs(
                REPOSITORY,
                MAIN,
                COMMIT,
                "web",
                SourceType.PLAIN,
                Optional.empty(),
                RenderOptions.DEFAULT,
                List.of())),
        false,
        digest,
        new Provenance(List.of(CAUSE), Optional.empty(), NOW, NOW, "b", 1));
  }

  private static Subject subject(long generation) {
    return Subject.of(target(generation, "any"));
  }

  private static ResultEvent applied(long generation) {
    return new ResultEvent.Applied(
        subject(generation),
        List.of(),
        1,
        new ResultEvent.Timings(NOW, NOW, NOW, NOW),
        Optional.of("plain"));
  }

  private static ResultEvent retrying(int attempt) {
    return new ResultEvent.Retrying(subject(2), attempt, Duration.ofSeconds(1), failure());
  }

  private static Failure failure() {
    return new Failure(
        ApplyFailure.INVALID, "spec.replicas", Failure.Stage.APPLY, Optional.empty());
  }

  private static DeadLetterEvent opened(long generation) {
    return new DeadLetterEvent.Opened(
        DeadLetterId.of(subject(generation)),
        "staging/web",
        Optional.of(subject(generation)),
        failure(),
        1,
        OriginalRecord.at("sluice.sync.staging", 0, 0),
        Optional.empty());
  }

  /** Returns the dead letter of sources that were refused after a generation was sent. */
  private static DeadLetterEvent openedForSources(long generation) {
    Subject last = subject(generation);
    return new DeadLetterEvent.Opened(
        DeadLetterId.ofSources(last.cluster(), last.application()),
        "staging/web",
        Optional.of(last),
        failure(),
        1,
        OriginalRecord.at("sluice.changes", 0, 0),
        Optional.empty());
  }

  private static <E extends Event> Envelope<E> envelope(E event) {
    return envelope(EventId.of("test", EventStamp.next(NOW)), event);
  }

  private static <E extends Event> Envelope<E> envelope(EventId id, E event) {
    return new Envelope<>(id, "test", NOW, TraceParent.start(), event);
  }
}
