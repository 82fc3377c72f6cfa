package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.NOW;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.PINNED;
import static dev.sluice.dispatcher.decide.SampleApplication.SUSPENDED;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static dev.sluice.dispatcher.decide.SampleApplication.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Approval;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.NamePattern;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.decide.CommandDecider.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandDeciderTest {

  private static final EventId ID = new EventId("command/1");
  private static final String PLAN = "f".repeat(64);

  @Test
  void aCommandWithoutClustersConcernsAllClustersOfTheApplication() {
    Verdict.Accepted accepted = accepted(running(), new Command.Suspend());

    assertThat(accepted.message()).isEqualTo("suspended: [one, two]");
    assertThat(carriedOut(running(), accepted).holds()).containsOnlyKeys(ONE, TWO);
  }

  @Test
  void aCommandConcernsTheNamedClustersOnly() {
    Verdict.Accepted accepted = accepted(running(), new Command.Suspend(), TWO);

    assertThat(accepted.message()).isEqualTo("suspended: [two]");
    assertThat(carriedOut(running(), accepted).holds()).containsOnlyKeys(TWO);
  }

  static Stream<Command> commands() {
    return Stream.of(
        new Command.Reevaluate(),
        new Command.Resync(),
        new Command.Restore(COMMIT),
        new Command.Rebuild(),
        new Command.Suspend(),
        new Command.Resume(),
        new Command.Approve(new Generation(3), Optional.of(PLAN)),
        discard("one/web/source"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandForAClusterThatTheApplicationDoesNotGoToIsRefused(Command command) {
    ClusterName three = new ClusterName("three");

    assertThat(judge(Optional.of(running()), command, ONE, three))
        .isEqualTo(new Verdict.Refused("web does not go to [three]"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandOfSomebodyWhomTheProjectDoesNotNameIsRefused(Command command) {
    assertThat(judge(Optional.of(commandedBy("jo", "ops-*")), command, ONE))
        .isEqualTo(
            new Verdict.Refused(
                "the project shop does not allow commands of ada (commanders allows jo, ops-*)"));
  }

  @Test
  void somebodyWhomTheProjectNamesMayCommand() {
    Verdict.Accepted accepted = accepted(commandedBy("a?a"), new Command.Suspend());

    assertThat(accepted.message()).isEqualTo("suspended: [one, two]");
  }

  /** Returns the state of an application whose project names these commanders. */
  private static ApplicationState commandedBy(String... commanders) {
    List<NamePattern> all = List.of(new NamePattern("*"));
    Project project =
        new Project(
            "shop",
            all,
            all,
            all,
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.of(Stream.of(commanders).map(NamePattern::new).toList()));
    return SampleApplication.sent(
        SampleApplication.define("apps/web", ONE, TWO).in(Optional.of(project)),
        Map.of(),
        Map.of(),
        Map.of());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandForAnApplicationThatTheFleetDoesNotHaveIsRefused(Command command) {
    Verdict unknown = new Verdict.Refused("the fleet has no application web");

    assertThat(judge(Optional.empty(), command)).isEqualTo(unknown);
    assertThat(judge(Optional.of(ApplicationState.unknown(WEB)), command))
        .as("it was removed from the fleet")
        .isEqualTo(unknown);
  }

  @Test
  void aReevaluationFetchesTheRefOfTheFirstSourceAndAwaitsItsOutcome() {
    Verdict.Accepted accepted = accepted(running(), new Command.Reevaluate());

    assertThat(accepted.ref()).contains(MAIN);
    assertThat(accepted.trigger()).contains(new Trigger.Reason.RefMoved(Optional.empty()));
    assertThat(carriedOut(running(), accepted).awaiting())
        .contains(Map.of(ONE, List.of(ID), TWO, List.of(ID)));
    assertThat(carriedOut(running(), accepted).demands()).isEmpty();
    assertThat(carriedOut(running(), accepted).holds()).isEmpty();
  }

  @Test
  void aRebuildChangesAndTriggersNothing() {
    Verdict.Accepted accepted = accepted(running(), new Command.Rebuild());

    assertThat(accepted.trigger()).isEmpty();
    assertThat(carriedOut(running(), accepted)).isEqualTo(running());
  }

  @Test
  void theAnswerToARetryNamesTheDeadLetters() {
    Command retry =
        new Command.Resync(
            Optional.of(List.of(new DeadLetterId("one/web/3"), new DeadLetterId("two/web/4"))));

    assertThat(accepted(running(), retry).message())
        .startsWith(
            "retries one/web/3, two/web/4; the current inputs by today's definition are sent");
  }

  @Test
  void aResyncDemandsANewGeneration() {
    Verdict.Accepted accepted = accepted(running(), new Command.Resync(), ONE);

    assertThat(accepted.trigger()).contains(due("resync"));
    assertThat(carriedOut(running(), accepted).demands())
        .isEqualTo(Map.of(ONE, new Demand(ID, "ada")));
  }

  @Test
  void aResyncOfASuspendedApplicationIsRefusedAndNamesWhoSuspendedIt() {
    ApplicationState suspended = held(Map.of(TWO, SUSPENDED));

    assertThat(judge(Optional.of(suspended), new Command.Resync()))
        .isEqualTo(
            new Verdict.Refused("web is suspended in two by grace (incident 7): resume it first"));
    assertThat(judge(Optional.of(suspended), new Command.Resync(), ONE))
        .as("it is not suspended in the other cluster")
        .isInstanceOf(Verdict.Accepted.class);
  }

  @Test
  void aPinnedApplicationCanBeSentAgain() {
    assertThat(judge(Optional.of(held(Map.of(ONE, PINNED))), new Command.Resync()))
        .isInstanceOf(Verdict.Accepted.class);
  }

  @Test
  void aRestorePinsTheCommitAndSendsIt() {
    Verdict.Accepted accepted = accepted(running(), new Command.Restore(COMMIT), ONE);

    assertThat(accepted.trigger()).contains(due("restore"));
    assertThat(accepted.message())
        .isEqualTo(
            "pinned to %s; what Git has there is sent, by today's definition: [one]"
                .formatted(COMMIT));
    assertThat(carriedOut(running(), accepted).holds())
        .isEqualTo(Map.of(ONE, new Hold(Optional.of(COMMIT), "ada", "test", NOW)));
  }

  @Test
  void aSuspensionTriggersNothingAndReplacesAPin() {
    ApplicationState pinned = held(Map.of(ONE, PINNED));
    Verdict.Accepted accepted = accepted(pinned, new Command.Suspend(), ONE);

    assertThat(accepted.trigger()).isEmpty();
    assertThat(carriedOut(pinned, accepted).holds())
        .isEqualTo(Map.of(ONE, new Hold(Optional.empty(), "ada", "test", NOW)));
  }

  @Test
  void aResumptionEndsTheHoldsOfTheNamedClustersAndSendsWhatGitHas() {
    ApplicationState held = held(Map.of(ONE, SUSPENDED, TWO, PINNED));
    Verdict.Accepted accepted = accepted(held, new Command.Resume(), ONE);

    assertThat(accepted.trigger()).contains(due("resume"));
    assertThat(carriedOut(held, accepted).holds()).isEqualTo(Map.of(TWO, PINNED));
  }

  @Test
  void tellsTheWorkerOfEachNamedClusterThatTheApplicationIsSuspended() {
    assertThat(suspensions(running(), new Command.Suspend()))
        .containsExactly(
            new SuspensionEvent(WEB, ONE, true, "ada", "test"),
            new SuspensionEvent(WEB, TWO, true, "ada", "test"));
    assertThat(suspensions(running(), new Command.Suspend(), TWO))
        .containsExactly(new SuspensionEvent(WEB, TWO, true, "ada", "test"));
  }

  @Test
  void tellsTheWorkerThatASuspensionEndsByAResumptionOrAPin() {
    ApplicationState suspended = held(Map.of(ONE, SUSPENDED));
    SuspensionEvent ended = new SuspensionEvent(WEB, ONE, false, "ada", "test");

    assertThat(suspensions(suspended, new Command.Resume(), ONE)).containsExactly(ended);
    assertThat(suspensions(suspended, new Command.Restore(COMMIT), ONE)).containsExactly(ended);
    assertThat(suspensions(running(), new Command.Resume(), ONE))
        .as("the partition's state may have been lost while it was suspended")
        .containsExactly(ended);
  }

  @Test
  void aPinAloneIsNoSuspension() {
    assertThat(suspensions(running(), new Command.Restore(COMMIT))).isEmpty();
    assertThat(suspensions(running(), new Command.Resync())).isEmpty();
  }

  @Test
  void anApprovalIsForTheGenerationThatWasSentLast() {
    Verdict.Accepted accepted = accepted(running(), approve(3), ONE);

    assertThat(accepted.trigger()).contains(due("approve"));
    assertThat(carriedOut(running(), accepted).demands())
        .isEqualTo(
            Map.of(
                ONE,
                new Demand(
                    ID,
                    true,
                    "ada",
                    Optional.of(new Approval(PLAN, new Generation(3), Optional.of(COMMIT), "ada")),
                    Optional.empty())));
  }

  @Test
  void anApprovalOfAnotherGenerationIsRefused() {
    assertThat(judge(Optional.of(running()), approve(2), ONE).message())
        .isEqualTo("generation 2 is not what was sent to one last (3): look at that one");
    assertThat(judge(Optional.of(running()), approve(1), TWO).message())
        .isEqualTo("generation 1 is not what was sent to two last (nothing was): look at that one");
  }

  @Test
  void anApprovalThatNamesNoPlanOrSeveralClustersIsRefused() {
    Command.Approve withoutPlan = new Command.Approve(new Generation(3), Optional.empty());

    assertThat(judge(Optional.of(running()), withoutPlan, ONE)).isInstanceOf(Verdict.Refused.class);
    assertThat(judge(Optional.of(running()), approve(3)))
        .isEqualTo(
            new Verdict.Refused(
                "an approval names the plan of one cluster, and not of [one, two]"));
  }

  @Test
  void aLaterDemandKeepsAnApproval() {
    ApplicationDraft draft =
        new ApplicationDraft(running(), new Decision("test", NOW, TraceParent.start()));
    Demand approved =
        new Demand(
            ID,
            true,
            "ada",
            Optional.of(new Approval(PLAN, new Generation(3), Optional.of(COMMIT), "ada")),
            Optional.empty());

    draft.demands().add(ONE, approved);
    draft.demands().add(ONE, new Demand(new EventId("command/2"), "grace"));

    assertThat(draft.changed().orElseThrow().demands())
        .isEqualTo(
            Map.of(
                ONE,
                new Demand(
                    new EventId("command/2"),
                    true,
                    "grace",
                    approved.approval(),
                    Optional.empty())));
  }

  @Test
  void anApprovalOfASuspendedApplicationIsRefused() {
    assertThat(judge(Optional.of(held(Map.of(ONE, SUSPENDED))), approve(3), ONE))
        .isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void aDiscardClosesTheDeadLetterInItsClusterOnly() {
    Decision decision = new Decision("test", NOW, TraceParent.start());
    ApplicationDraft draft = new ApplicationDraft(running(), decision);

    accepted(running(), discard("one/web/3")).change().accept(draft);

    assertThat(decision.records())
        .extracting(record -> (Event) record.envelope().event())
        .containsExactly(
            DeadLetterEvent.Closed.discarded(
                new DeadLetterId("one/web/3"),
                "one/web",
                Optional.of(new Generation(3)),
                "ada",
                "test",
                Optional.of(ID)));
    assertThat(draft.changed()).isEmpty();
  }

  @Test
  void aDiscardClosesTheDeadLetterOfARecordThatCannotBeRead() {
    Decision decision = new Decision("test", NOW, TraceParent.start());
    ApplicationDraft draft = new ApplicationDraft(running(), decision);

    accepted(running(), discard("sluice.sync.one/0/17")).change().accept(draft);

    assertThat(decision.records())
        .extracting(record -> (Event) record.envelope().event())
        .containsExactly(
            DeadLetterEvent.Closed.discarded(
                new DeadLetterId("sluice.sync.one/0/17"),
                "one/web",
                Optional.of(new Generation(3)),
                "ada",
                "test",
                Optional.of(ID)));
  }

  @Test
  void aDiscardOfAnotherApplicationsDeadLetterIsRefused() {
    for (String entry :
        List.of(
            "one/web2/3", "one/web", "three/web/3", "two/shop/source", "sluice.sync.three/0/17")) {
      assertThat(judge(Optional.of(running()), discard(entry)))
          .isEqualTo(
              new Verdict.Refused("%s is no dead letter of web in [one, two]".formatted(entry)));
    }
    assertThat(judge(Optional.of(running()), discard("two/web/3"), ONE))
        .as("another cluster than the named one")
        .isInstanceOf(Verdict.Refused.class);
  }

  private static Command.Discard discard(String entry) {
    return new Command.Discard(new DeadLetterId(entry));
  }

  private static Command.Approve approve(long generation) {
    return new Command.Approve(new Generation(generation), Optional.of(PLAN));
  }

  private static Verdict.Accepted accepted(
      ApplicationState state, Command command, ClusterName... clusters) {
    Verdict verdict = judge(Optional.of(state), command, clusters);
    assertThat(verdict).as(verdict.message()).isInstanceOf(Verdict.Accepted.class);
    return (Verdict.Accepted) verdict;
  }

  private static Verdict judge(
      Optional<ApplicationState> state, Command command, ClusterName... clusters) {
    CommandEvent.Given given =
        new CommandEvent.Given(MAIN.repository(), WEB, Set.of(clusters), command, "ada", "test");
    return CommandDecider.judge(state, given, ID, NOW, Optional.empty());
  }

  private static ApplicationState carriedOut(ApplicationState state, Verdict.Accepted accepted) {
    ApplicationDraft draft =
        new ApplicationDraft(state, new Decision("test", NOW, TraceParent.start()));
    accepted.change().accept(draft);
    return draft.changed().orElse(state);
  }

  private static List<Event> suspensions(
      ApplicationState state, Command command, ClusterName... clusters) {
    Decision decision = new Decision("test", NOW, TraceParent.start());
    accepted(state, command, clusters).change().accept(new ApplicationDraft(state, decision));
    return decision.records().stream()
        .<Event>map(record -> record.envelope().event())
        .filter(SuspensionEvent.class::isInstance)
        .toList();
  }

  private static ApplicationState running() {
    return held(Map.of());
  }

  /** Generation 3 was sent to cluster one, nothing to cluster two. */
  private static ApplicationState held(Map<ClusterName, Hold> holds) {
    return SampleApplication.sent(
        SampleApplication.define("apps/web", ONE, TWO),
        Map.of(ONE, new Dispatched(new Generation(3), Optional.of("v1:a"), Optional.of(COMMIT))),
        Map.of(),
        holds);
  }

  private static Trigger.Reason due(String command) {
    return new Trigger.Reason.ApplicationDue(WEB, "command " + command);
  }
}
