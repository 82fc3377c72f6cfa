package dev.sluice.dispatcher.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
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
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeciderTest {

  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final RefKey MAIN =
      new RefKey(new RepositoryId("forge.example/acme/shop"), GitRef.branch("main"));
  private static final ClusterTarget ONE = new ClusterTarget(new ClusterName("one"), Map.of());
  private static final ClusterTarget TWO = new ClusterTarget(new ClusterName("two"), Map.of());
  private static final CommitId COMMIT = new CommitId("a".repeat(40));
  private static final Definition WEB = define(ONE, TWO);
  private static final Failure FAILURE =
      new Failure(FailureCode.of("Bad"), "bad", Failure.Stage.SOURCE, Optional.empty());

  private static final PossibleObjects POSSIBLE = PossibleObjects.any("web");

  private final PartitionState state = new PartitionState();
  private final EvaluationDecider evaluations = new EvaluationDecider(state, "sluice.changes", 3);
  private final EventDecider changes = new EventDecider(state, 3);

  @Test
  void countsGenerationsForEachClusterAcrossRemovals() {
    accept(WEB);
    assertThat(targets(found(differs(ONE, "v1:a"), differs(TWO, "v1:a")))).containsExactly(1L, 1L);
    assertThat(targets(found(differs(ONE, "v1:b")))).containsExactly(2L);

    List<Event> removal =
        events(
            changes.removed(
                new ChangeEvent.DefinitionRemoved(
                    MAIN.repository(), WEB.application(), "r2", Optional.empty()),
                cause("removed"),
                NOW));
    assertThat(targets(removal)).containsExactlyInAnyOrder(3L, 2L);
    accept(WEB);
    assertThat(targets(found(differs(ONE, "v1:b"), differs(TWO, "v1:a")))).containsExactly(4L, 3L);
  }

  @Test
  void sendsNoTargetWithUnchangedInputs() {
    accept(WEB);
    found(differs(ONE, "v1:a"));

    assertThat(found(differs(ONE, "v1:a"))).isEmpty();
  }

  @Test
  void aFindingAboutAnOutdatedDefinitionIsIgnored() {
    accept(WEB);
    accept(define(ONE));

    assertThat(found(differs(TWO, "v1:a"))).isEmpty();
  }

  @Test
  void deselectingAClusterRemovesTheApplicationOnlyThere() {
    accept(WEB);
    found(differs(ONE, "v1:a"), differs(TWO, "v1:a"));

    List<Event> events = accept(define(ONE));

    assertThat(events)
        .filteredOn(SyncEvent.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            SyncEvent.Removal.class,
            removal -> {
              assertThat(removal.cluster()).isEqualTo(TWO.name());
              assertThat(removal.orphan()).isFalse();
            });
    assertThat(accept(define(ONE))).isEmpty();
  }

  @Test
  void removingAClusterFromTheFleetOrphansItsObjects() {
    accept(WEB);
    found(differs(TWO, "v1:a"));

    List<Event> events =
        events(
            changes.accepted(
                new ChangeEvent.DefinitionAccepted(
                    MAIN.repository(), define(ONE), "r2", Set.of(TWO.name())),
                cause("accepted"),
                NOW));

    assertThat(events)
        .filteredOn(SyncEvent.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            SyncEvent.Removal.class, removal -> assertThat(removal.orphan()).isTrue());
  }

  @Test
  void aRefusedSourceIsADeadLetterUntilItIsValidAgain() {
    accept(WEB);
    found(differs(ONE, "v1:a"), differs(TWO, "v1:a"));

    assertThat(found(refused(ONE), refused(TWO)))
        .filteredOn(DeadLetterEvent.class::isInstance)
        .extracting(Event::key)
        .containsExactly("one/web", "two/web");
    assertThat(found(refused(ONE), refused(TWO)))
        .filteredOn(DeadLetterEvent.class::isInstance)
        .allSatisfy(event -> assertThat(event).isInstanceOf(DeadLetterEvent.Retried.class))
        .hasSize(2);
    assertThat(found(differs(ONE, "v1:b"), new Finding.Same(WEB, TWO)))
        .filteredOn(DeadLetterEvent.class::isInstance)
        .containsExactly(
            new DeadLetterEvent.Closed(
                new DeadLetterId("one/web/source"),
                "one/web",
                DeadLetterEvent.Closed.Reason.SUCCEEDED,
                2),
            new DeadLetterEvent.Closed(
                new DeadLetterId("two/web/source"),
                "two/web",
                DeadLetterEvent.Closed.Reason.SUCCEEDED,
                1));
    assertThat(found(new Finding.Same(WEB, TWO))).isEmpty();
  }

  @Test
  void aReleaseEndsIfWhatItReleasedIsRefused() {
    accept(define(ONE));

    release();
    found(new Finding.Refused(define(ONE), ONE, FAILURE, POSSIBLE));
    assertThat(withheld().release()).isEmpty();

    release();
    found(large("x".repeat(OutgoingRecord.MAX_TARGET_BYTES)));
    assertThat(withheld().release()).isEmpty();

    release();
    evaluations.refGone(MAIN, Optional.empty(), List.of(), TraceParent.start(), NOW);
    assertThat(withheld().release()).isEmpty();
    assertThat(withheld().waitsFor()).isEqualTo("application db");
  }

  private void release() {
    state.replay(
        SampleApplication.withheld(
            web(),
            ONE.name(),
            new Withheld(
                Withheld.Cause.DEPENDS_ON,
                "application db",
                NOW,
                Optional.of(COMMIT),
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                    new Withheld.Release(
                        new EventId("release"),
                        "grace",
                        List.of(Withheld.Cause.DEPENDS_ON),
                        Optional.empty(),
                        List.of())))));
  }

  private Withheld withheld() {
    return web().withheld(ONE.name()).orElseThrow();
  }

  private ApplicationState web() {
    return state.application(WEB.application()).orElseThrow();
  }

  @Test
  void thePossibleObjectsOfRefusedSourcesAreSentOnce() {
    accept(WEB);
    found(differs(ONE, "v1:a"), differs(TWO, "v1:a"));

    assertThat(sources(found(refused(ONE), refused(TWO))))
        .extracting(Event::key)
        .containsExactly("~sources/web", "~sources/web");
    assertThat(sources(found(refused(ONE)))).as("the same again").isEmpty();
    assertThat(sources(found(new Finding.Refused(WEB, ONE, FAILURE, PossibleObjects.none()))))
        .as("they may have something else now")
        .singleElement()
        .isInstanceOf(SourcesEvent.Refused.class);

    assertThat(sources(found(differs(ONE, "v1:b")))).as("the target says it").isEmpty();
    assertThat(sources(found(new Finding.Same(WEB, TWO))))
        .containsExactly(new SourcesEvent.Accepted(WEB.application(), TWO.name()));
    assertThat(sources(found(refused(TWO)))).as("a new fault").hasSize(1);
    assertThat(sources(accept(define(ONE)))).as("a removal follows").isEmpty();
  }

  @Test
  void removingAnApplicationThatWasNeverSentWithdrawsItsPossibleObjects() {
    accept(WEB);
    assertThat(sources(found(refused(TWO)))).hasSize(1);

    assertThat(sources(accept(define(ONE))))
        .containsExactly(new SourcesEvent.Accepted(WEB.application(), TWO.name()));
  }

  private static List<Event> sources(List<Event> events) {
    return events.stream().filter(SourcesEvent.class::isInstance).toList();
  }

  @Test
  void aLargeTargetIsSentIfItFitsARecordCompressed() {
    accept(define(ONE));

    List<Event> events = found(large("x".repeat(OutgoingRecord.MAX_TARGET_BYTES - 2_000)));

    assertThat(events).filteredOn(SyncEvent.class::isInstance).hasSize(1);
    assertThat(events).noneMatch(DeadLetterEvent.class::isInstance);
  }

  @Test
  void aTargetIsRefusedIfItIsTooLargeBeforeItIsCompressed() {
    accept(define(ONE));

    refusedAs(
        found(large("x".repeat(OutgoingRecord.MAX_TARGET_BYTES))),
        "make a target of 50332",
        "at most 50331648 are sent: split the application");
  }

  @Test
  void aTargetIsRefusedIfItIsTooLargeAlthoughItIsCompressed() {
    accept(define(ONE));
    byte[] random = new byte[18_000_000];
    new Random(1).nextBytes(random);

    refusedAs(
        found(large(Base64.getEncoder().encodeToString(random))),
        "make a target of 24000",
        "which is compressed to 18",
        "at most 16711680 fit a record: split the application");
  }

  private static void refusedAs(List<Event> events, String... message) {
    assertThat(events).noneMatch(SyncEvent.class::isInstance);
    assertThat(events)
        .filteredOn(DeadLetterEvent.Opened.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            DeadLetterEvent.Opened.class,
            opened -> {
              assertThat(opened.failure().code()).isEqualTo(SourceFailure.TARGET_TOO_LARGE);
              assertThat(opened.failure().message()).contains(message);
            });
    assertThat(sources(events)).hasSize(1);
  }

  private static Finding.Differs large(String text) {
    return new Finding.Differs(
        define(ONE), ONE, payload("v1:large", new InputFile.Text("a", false, text)), "a");
  }

  @Test
  void aRepeatedDefinitionIsRecordedOnce() {
    assertThat(accept(WEB)).hasSize(1);
    assertThat(accept(WEB)).isEmpty();
  }

  @Test
  void aPendingEvaluationIsRecordedWithAllItsCauses() {
    accept(WEB);
    CommitId expected = new CommitId("b".repeat(40));
    Trigger first =
        new Trigger(
            cause("one"), new Trigger.Reason.RefMoved(Optional.of(COMMIT)), OptionalLong.of(1));
    Trigger second =
        new Trigger(
            cause("two"), new Trigger.Reason.RefMoved(Optional.of(expected)), OptionalLong.of(2));

    List<Event> events = events(evaluations.unfinished(MAIN, List.of(first, second), NOW));

    StateRecord.Pending pending =
        new StateRecord.Pending(
            Optional.of(expected),
            List.of(new EventId("one"), new EventId("two")),
            Optional.of("octocat"),
            NOW,
            Optional.of(second.cause().trace()),
            Optional.of(2L));
    assertThat(events)
        .containsExactly(
            new StateRecord.RefState(
                MAIN.repository(), MAIN.ref(), Optional.empty(), Optional.of(pending)));
    assertThat(Trigger.of(pending).reason()).isEqualTo(second.reason());
    assertThat(Trigger.of(pending).cause().trace()).isEqualTo(second.cause().trace());
    assertThat(Trigger.of(pending).offset()).hasValue(2);
    assertThat(Trigger.of(pending).isRemembered()).isTrue();
    assertThat(
            events(
                evaluations.evaluated(
                    MAIN,
                    Optional.of(COMMIT),
                    Optional.empty(),
                    3,
                    List.of(),
                    Optional.empty(),
                    NOW)))
        .hasSize(1);
    assertThat(
            events(
                evaluations.evaluated(
                    MAIN,
                    Optional.of(COMMIT),
                    Optional.empty(),
                    0,
                    List.of(),
                    Optional.empty(),
                    NOW)))
        .isEmpty();
  }

  @Test
  void aDeletedRefRemovesNothing() {
    accept(WEB);
    found(differs(ONE, "v1:a"), differs(TWO, "v1:a"));

    List<Event> events =
        events(evaluations.refGone(MAIN, Optional.empty(), List.of(), TraceParent.start(), NOW));

    assertThat(events).noneMatch(SyncEvent.class::isInstance);
    assertThat(events).filteredOn(DeadLetterEvent.Opened.class::isInstance).hasSize(2);
  }

  @Test
  void aFindingFromBeforeAnotherSourceWasDeletedKeepsTheDeadLetter() {
    RefKey other = new RefKey(MAIN.repository(), GitRef.branch("release"));
    Definition both =
        SampleApplication.define(
            WEB.application(),
            List.of(
                SampleApplication.source(MAIN, "apps/web"),
                SampleApplication.source(other, "config")),
            ONE.name());
    accept(both);
    evaluations.evaluated(
        other, Optional.of(COMMIT), Optional.empty(), 1, List.of(), Optional.empty(), NOW);
    assertThat(
            events(
                evaluations.refGone(other, Optional.empty(), List.of(), TraceParent.start(), NOW)))
        .hasAtLeastOneElementOfType(DeadLetterEvent.Opened.class);
    evaluations.evaluated(
        other, Optional.empty(), Optional.empty(), 0, List.of(), Optional.empty(), NOW);

    assertThat(found(new Finding.Same(both, ONE))).isEmpty();

    EventId sync = new EventId("sync");
    CommandEvent.Given given =
        new CommandEvent.Given(
            MAIN.repository(), both.application(), Set.of(), new Command.Resync(), "cat", "why");
    changes.commanded(
        given,
        cause(sync.value()),
        CommandDecider.judge(Optional.of(web()), given, sync, NOW, Optional.empty()),
        NOW);
    assertThat(found(Map.of(both.application(), Set.of(sync)), new Finding.Same(both, ONE)))
        .filteredOn(CommandEvent.Outcome.class::isInstance)
        .singleElement()
        .extracting(CommandEvent.Outcome.class::cast)
        .satisfies(
            outcome -> {
              assertThat(outcome.given()).isEqualTo(sync);
              assertThat(outcome.code()).contains(SourceFailure.REF_GONE);
              assertThat(outcome.message()).contains("has no refs/heads/release");
            });
    assertThat(web().demands()).as("is met once the ref is back").isNotEmpty();
  }

  private List<Event> accept(Definition definition) {
    return events(
        changes.accepted(
            new ChangeEvent.DefinitionAccepted(MAIN.repository(), definition, "r1", Set.of()),
            cause("accepted"),
            NOW));
  }

  private List<Event> found(Finding... findings) {
    return found(Map.of(), findings);
  }

  private List<Event> found(Map<ApplicationName, Set<EventId>> commands, Finding... findings) {
    FindingBatch.Evaluated evaluated =
        new FindingBatch.Evaluated(
            MAIN,
            COMMIT,
            Optional.empty(),
            NOW,
            Map.of(),
            1,
            1,
            commands,
            Optional.empty(),
            Map.of());
    Trigger trigger =
        new Trigger(
            cause("push"), new Trigger.Reason.RefMoved(Optional.empty()), OptionalLong.of(7));
    return events(
        evaluations.found(
            new FindingBatch(evaluated, List.of(findings), true),
            List.of(trigger),
            trigger.cause().trace(),
            NOW));
  }

  private static Finding.Refused refused(ClusterTarget cluster) {
    return new Finding.Refused(WEB, cluster, FAILURE, POSSIBLE);
  }

  private static Finding.Differs differs(ClusterTarget cluster, String digest) {
    return new Finding.Differs(
        WEB, cluster, payload(digest, new InputFile.Text("a.yaml", false, digest)), "a.yaml");
  }

  private static Finding.Payload payload(String digest, InputFile file) {
    return new Finding.Payload(
        digest,
        List.of(
            new SourceInputs(
                MAIN.repository(),
                MAIN.ref(),
                COMMIT,
                "apps/web",
                SourceType.PLAIN,
                Optional.empty(),
                RenderOptions.DEFAULT,
                List.of(file))),
        0,
        10);
  }

  private static List<Event> events(Decision decision) {
    return decision.records().stream().<Event>map(record -> record.envelope().event()).toList();
  }

  private static List<Long> targets(List<Event> events) {
    return events.stream()
        .filter(SyncEvent.class::isInstance)
        .map(event -> ((SyncEvent) event).generation().value())
        .toList();
  }

  private static Trigger.Cause cause(String id) {
    return new Trigger.Cause(
        List.of(new EventId(id)), Optional.of("octocat"), NOW, TraceParent.start());
  }

  private static Definition define(ClusterTarget... clusters) {
    SourceSpec source =
        new SourceSpec(
            MAIN.repository(),
            "https://forge.example/acme/shop",
            Optional.empty(),
            Optional.empty(),
            MAIN.ref(),
            "apps/web",
            Optional.empty(),
            Optional.empty(),
            RenderOptions.DEFAULT);
    return new Definition(
        new ApplicationName("web"),
        List.of(source),
        List.of(clusters),
        new ApplicationSpec("web", Policy.DEFAULT),
        false);
  }
}
