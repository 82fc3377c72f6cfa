package dev.sluice.dispatcher.evaluate;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static dev.sluice.dispatcher.decide.SampleApplication.held;
import static dev.sluice.dispatcher.decide.SampleApplication.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.decide.Finding;
import dev.sluice.dispatcher.decide.InputDigest;
import dev.sluice.dispatcher.decide.SampleApplication;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.signature.CommitSignatures;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Findings of inspections, and their comparison with the live state by rebuilds. */
class InspectionTest {

  private static final Definition WEB = define("apps/web", ONE, TWO);
  private static final Inputs.Resolved RESOLVED = new Inputs.Resolved(List.of());
  private static final String DIGEST = InputDigest.of(WEB, RESOLVED);
  private static final Inputs.Refused REFUSED = refused(SourceFailure.MISSING_FILE);
  private static final PossibleObjects POSSIBLE = PossibleObjects.any("web");

  private SourceCommits commits;
  private Mirrors mirrors;

  @BeforeEach
  void open(@TempDir Path directory) throws Exception {
    mirrors = new Mirrors(directory, Clock.systemUTC());
    commits =
        new SourceCommits(
            mirrors, Map.of(), Map.of(), new CommitSignatures(mirrors, Instant.EPOCH));
  }

  @AfterEach
  void close() throws Exception {
    mirrors.close();
  }

  @Test
  void theFirstInputsOfAClusterAreSent() {
    Inspection found = inspection(sent(Map.of(ONE, DIGEST)), RESOLVED, RESOLVED);

    assertThat(found.differs()).isTrue();
    assertThat(found.changed()).containsExactly(target(TWO));
    assertThat(found.recipients()).containsExactly(target(TWO));
    assertThat(findings(found))
        .singleElement()
        .isInstanceOfSatisfying(
            Finding.Differs.class,
            differs -> {
              assertThat(differs.cluster()).isEqualTo(target(TWO));
              assertThat(differs.payload().digest()).isEqualTo(DIGEST);
              assertThat(differs.reason()).isEqualTo("a reason");
            });
  }

  @Test
  void unchangedInputsAreNotSent() {
    Inspection found = inspection(sent(Map.of(ONE, DIGEST, TWO, DIGEST)), RESOLVED, RESOLVED);

    assertThat(found.differs()).isFalse();
    assertThat(findings(found)).isEmpty();
    assertThat(found.recipients()).isEmpty();
  }

  @Test
  void unchangedInputsAreSentIfACommandDemandsIt() {
    ApplicationState state =
        with(
            sent(Map.of(ONE, DIGEST, TWO, DIGEST)),
            Map.of(TWO, new Demand(new EventId("resync"), "ada")),
            Map.of());

    assertThat(inspection(state, RESOLVED, RESOLVED).changed()).containsExactly(target(TWO));
  }

  @Test
  void aRemovedApplicationIsSentAgain() {
    ApplicationState removed =
        SampleApplication.sent(
            WEB,
            Map.of(ONE, new Dispatched(new Generation(2), Optional.empty(), Optional.empty())),
            Map.of(),
            Map.of());

    assertThat(inspection(removed, RESOLVED).changed()).containsExactly(target(ONE));
  }

  @Test
  void aRefusalIsARecordOnceUnlessThePossibleObjectsChange() {
    Inspection first = inspection(sent(Map.of(ONE, DIGEST)), REFUSED);
    assertThat(first.differs()).isTrue();
    assertThat(first.recipients()).containsExactly(target(ONE));
    assertThat(findings(first))
        .containsExactly(new Finding.Refused(WEB, target(ONE), REFUSED.failure(), POSSIBLE));

    ApplicationState refused = refusedOnce(POSSIBLE.digest());
    assertThat(inspection(refused, REFUSED).differs()).isFalse();
    assertThat(inspection(refused, REFUSED).recipients()).isEmpty();
    assertThat(inspection(refusedOnce("another"), REFUSED).differs()).isTrue();
    assertThat(inspection(refusedOnce("another"), REFUSED).recipients())
        .containsExactly(target(ONE));
  }

  @Test
  void theLastGoodInputsAfterARefusalCloseItsDeadLetter() {
    Inspection found = inspection(refusedOnce(POSSIBLE.digest()), RESOLVED);

    assertThat(found.isRecovered()).isTrue();
    assertThat(findings(found)).containsExactly(new Finding.Same(WEB, target(ONE)));
    ApplicationState discarded =
        with(sent(Map.of(ONE, DIGEST)), Map.of(), Map.of(ONE, POSSIBLE.digest()));
    assertThat(inspection(discarded, RESOLVED).isRecovered())
        .as("its dead letter was discarded, its possible objects are still known")
        .isTrue();
    assertThat(inspection(sent(Map.of(ONE, DIGEST)), RESOLVED).isRecovered()).isFalse();
  }

  @Test
  void onlyARefusalThatMayPassIsTriedAgain() {
    Inputs.Refused unreachable = refused(SourceFailure.REMOTE_UNREACHABLE);

    assertThat(inspection(sent(Map.of()), RESOLVED, unreachable).isUnreachable()).isTrue();
    assertThat(inspection(sent(Map.of()), RESOLVED, REFUSED).isUnreachable()).isFalse();
  }

  @Test
  void aRebuildFindsNoDifferenceInTheSameState() {
    ApplicationState state = held(WEB, Map.of(ONE, SampleApplication.PINNED));
    StateComparison comparison = new StateComparison(state, state);

    assertThat(comparison.hasSameDefinition()).isTrue();
    assertThat(comparison.stateDifferences()).isEmpty();
  }

  @Test
  void aRebuildReportsAnotherDefinitionAndAnotherHold() {
    Hold pinned = SampleApplication.PINNED;
    Hold later =
        new Hold(pinned.commit(), pinned.by(), pinned.reason(), pinned.since().plusMillis(1));
    ApplicationState live = held(WEB, Map.of(ONE, pinned, TWO, pinned));

    assertThat(differences(live, held(WEB, Map.of(ONE, later, TWO, pinned))))
        .as("times are of the machine that decided")
        .isEmpty();
    assertThat(differences(live, held(WEB, Map.of(ONE, SampleApplication.SUSPENDED))))
        .containsExactly("what holds it in one", "what holds it in two");
    assertThat(differences(live, held(define("other", ONE, TWO), live.holds())))
        .containsExactly("the definition");
  }

  @Test
  void aRebuildIgnoresHoldsInClustersThatTheApplicationLeft() {
    ClusterName left = new ClusterName("left");

    assertThat(
            differences(held(WEB, Map.of(left, SampleApplication.SUSPENDED)), held(WEB, Map.of())))
        .isEmpty();
  }

  @Test
  void aRebuildInspectsTheRecomputedStateWithTheLiveTargets() {
    ApplicationState live = refusedOnce(POSSIBLE.digest());
    ApplicationState recomputed = held(WEB, Map.of(TWO, SampleApplication.SUSPENDED));

    ApplicationState inspected = new StateComparison(live, recomputed).toInspect();

    assertThat(inspected.dispatched()).isEqualTo(live.dispatched());
    assertThat(inspected.refused()).isEqualTo(live.refused());
    assertThat(inspected.holds()).isEqualTo(recomputed.holds());
    assertThat(inspected.demands()).isEmpty();
  }

  @Test
  void aRebuildReportsInputsThatDifferAndRefusalsThatDo() {
    ApplicationState live = refusedOnce("any");
    StateComparison comparison = new StateComparison(live, live);

    assertThat(comparison.inputDifferences(inspection(live, REFUSED))).isEmpty();
    assertThat(comparison.inputDifferences(inspection(live, RESOLVED)))
        .containsExactly("an open dead letter in one, though the source is good");
    ApplicationState good = sent(Map.of(ONE, DIGEST, TWO, "v1:other"));
    assertThat(
            new StateComparison(good, good).inputDifferences(inspection(good, REFUSED, RESOLVED)))
        .containsExactly("the source in one (MissingFile)", "the inputs in two");
  }

  private static List<String> differences(ApplicationState live, ApplicationState recomputed) {
    return new StateComparison(live, recomputed).stateDifferences();
  }

  private Inspection inspection(ApplicationState state, Inputs one, Inputs... two) {
    List<Inspection.View> views =
        Stream.concat(
                Stream.of(new Inspection.View(target(ONE), commits, one)),
                Stream.of(two).map(inputs -> new Inspection.View(target(TWO), commits, inputs)))
            .toList();
    return new Inspection(state, WEB, views, "a reason", POSSIBLE);
  }

  /** Sent to cluster one, and refused there since. */
  private static ApplicationState refusedOnce(String possible) {
    return with(
        SampleApplication.sent(WEB, Map.of(ONE, dispatched(DIGEST)), Map.of(ONE, 1), Map.of()),
        Map.of(),
        Map.of(ONE, possible));
  }

  private static ApplicationState sent(Map<ClusterName, String> digests) {
    Map<ClusterName, Dispatched> dispatched =
        digests.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> dispatched(entry.getValue())));
    return SampleApplication.sent(WEB, dispatched, Map.of(), Map.of());
  }

  private static Dispatched dispatched(String digest) {
    return new Dispatched(new Generation(2), Optional.of(digest), Optional.of(COMMIT));
  }

  private static Inputs.Refused refused(FailureCode code) {
    return new Inputs.Refused(new Failure(code, "test", Failure.Stage.SOURCE, Optional.empty()));
  }

  private static ClusterTarget target(ClusterName cluster) {
    return new ClusterTarget(cluster, Map.of());
  }

  private static List<Finding> findings(Inspection inspection) {
    List<Finding> findings = new ArrayList<>();
    try {
      inspection.findings(findings::add);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return findings;
  }
}
