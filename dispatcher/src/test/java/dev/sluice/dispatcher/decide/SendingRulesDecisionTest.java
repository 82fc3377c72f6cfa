package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static dev.sluice.dispatcher.decide.SampleApplication.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.event.Withheld.Cause;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Maintenance windows and manual policies hold inputs, and let them pass. */
class SendingRulesDecisionTest {

  private static final Instant CLOSED = Instant.parse("2026-12-01T21:00:00Z");
  private static final Instant OPEN = Instant.parse("2026-12-01T22:00:00Z");
  private static final ClusterTarget CLUSTER = new ClusterTarget(ONE, Map.of());
  private static final CommitId COMMIT = new CommitId("c".repeat(40));

  private PartitionState state = new PartitionState();
  private Definition definition = SampleApplication.define("apps/web", ONE);
  private Instant now = CLOSED;
  private int commands;

  @Test
  void inputsWaitForTheWindowAndAreSentInIt() {
    accept(windows(false));

    List<Event> closed = found("v1:a");

    assertThat(sent(closed)).isEmpty();
    Withheld withheld = withheld().orElseThrow();
    assertThat(withheld.cause()).isEqualTo(Cause.WINDOW);
    assertThat(withheld.until()).contains(OPEN);
    assertThat(withheld.waitsFor())
        .isEqualTo(
            "the maintenance window that opens at 2026-12-01T22:00:00Z (allow '0 22 * * *' for 1h"
                + " in Z)");
    assertThat(closed)
        .filteredOn(ResultEvent.Held.class::isInstance)
        .containsExactly(new ResultEvent.Held(ONE, WEB, withheld));
    assertThat(state.opened(OPEN.minusNanos(1))).isEmpty();

    now = OPEN;

    assertThat(state.opened(now)).containsExactly(definition);
    assertThat(state.opened(now)).as("once").isEmpty();
    assertThat(sent(found("v1:a"))).containsExactly("1 v1:a");
    assertThat(withheld()).isEmpty();
  }

  @Test
  void onlyTheNewestInputsAreSent() {
    accept(windows(false));
    found("v1:a");
    found("v1:b");

    now = OPEN;

    assertThat(sent(found("v1:b"))).containsExactly("1 v1:b");
  }

  @Test
  void aReplayedStateOpensAtTheSameTime() {
    accept(windows(false));
    found("v1:a");
    PartitionState replayed = new PartitionState();
    replayed.replay(state.application(WEB).orElseThrow());

    state = replayed;

    assertThat(state.opened(CLOSED)).isEmpty();
    assertThat(state.opened(OPEN)).containsExactly(definition);
  }

  @Test
  void aClockThatIsPutBackOpensTheWindowAgain() {
    accept(windows(false));
    found("v1:a");
    assertThat(state.opened(OPEN)).hasSize(1);

    now = OPEN.minusSeconds(1);
    assertThat(sent(found("v1:a"))).isEmpty();

    assertThat(state.opened(now)).isEmpty();
    assertThat(state.opened(OPEN)).hasSize(1);
  }

  @Test
  void aClockThatWasPutBackOnlyForADecisionOpensTheWindowAgain() {
    accept(windows(false));
    found("v1:a");
    assertThat(state.opened(OPEN)).hasSize(1);

    now = OPEN.minusSeconds(1);
    assertThat(sent(found("v1:a"))).isEmpty();

    assertThat(state.opened(OPEN)).containsExactly(definition);
    assertThat(state.opened(OPEN)).as("once").isEmpty();
  }

  @Test
  void inputsThatAreWithdrawnDoNotWait() {
    now = OPEN;
    accept(windows(false));
    found("v1:a");
    now = CLOSED;
    found("v1:b");

    found("v1:a");

    assertThat(withheld()).isEmpty();
    assertThat(state.opened(OPEN)).isEmpty();
  }

  @Test
  void anotherWindowOfTheDefinitionCountsAtOnce() {
    accept(windows(false));
    found("v1:a");

    accept(SendingRules.NONE);

    assertThat(sent(found("v1:a"))).containsExactly("1 v1:a");
  }

  @Test
  void aSyncWaitsForTheWindow() {
    now = OPEN;
    accept(windows(false));
    found("v1:a");
    now = CLOSED;

    assertThat(command(new Command.Resync()).accepted()).isTrue();
    List<Event> closed = found("v1:a");

    assertThat(sent(closed)).isEmpty();
    assertThat(outcomes(closed))
        .singleElement()
        .asString()
        .contains("opens at 2026-12-01T22:00:00Z", "sluice release --ignore-windows sends it now");
    now = OPEN;
    assertThat(sent(found("v1:a"))).containsExactly("2 v1:a");
  }

  @Test
  void aReleaseRespectsTheWindowUnlessItSaysOtherwise() {
    accept(windows(false));
    found("v1:a");

    CommandEvent.Answered refused = command(new Command.Release());

    assertThat(refused.accepted()).isFalse();
    assertThat(refused.message())
        .isEqualTo(
            "web waits for the maintenance window that opens at 2026-12-01T22:00:00Z (allow"
                + " '0 22 * * *' for 1h in Z), and is sent then: add --ignore-windows to send it"
                + " now");

    CommandEvent.Answered accepted = command(new Command.Release(Optional.of(true)));
    List<Event> events = found("v1:b");

    assertThat(accepted.accepted()).isTrue();
    assertThat(sent(events)).containsExactly("1 v1:b");
    assertThat(target(events).provenance().causes()).contains(accepted.given());
    assertThat(sent(found("v1:c"))).as("later inputs wait again").isEmpty();
  }

  @Test
  void aRestoreWaitsForTheWindow() {
    now = OPEN;
    accept(windows(false));
    found("v1:a");
    now = CLOSED;

    command(new Command.Restore(COMMIT));
    assertThat(sent(found("v1:b"))).isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.WINDOW);

    command(new Command.Release(Optional.of(true)));
    assertThat(sent(found("v1:b"))).containsExactly("2 v1:b");
  }

  @Test
  void laterInputsOfARestoredCommitWaitForAnOperator() {
    now = OPEN;
    accept(windows(true));
    found("v1:a");
    release();
    assertThat(sent(found("v1:a"))).containsExactly("1 v1:a");

    now = now.plusSeconds(1);
    command(new Command.Restore(COMMIT));
    assertThat(sent(found("v1:b"))).as("an operator chose it").containsExactly("2 v1:b");

    now = now.plusSeconds(1);
    assertThat(sent(found("v1:c"))).as("another source was pushed").isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.MANUAL);
    release();
    assertThat(sent(found("v1:c"))).containsExactly("3 v1:c");
  }

  @Test
  void aReleaseWhileAnEarlierGenerationIsPinnedIsForThatOneOnly() {
    now = OPEN;
    accept(windows(false));
    SyncEvent.Target first = target(found("v1:a"));
    found("v1:b");
    now = CLOSED;
    found("v1:c");
    now = OPEN;
    command(new Command.Resend(Generation.FIRST, Optional.empty()), Optional.of(first));
    now = CLOSED;

    CommandEvent.Answered refused = command(new Command.Release(Optional.of(true)));
    assertThat(refused.accepted()).isFalse();
    assertThat(refused.message())
        .isEqualTo(
            "web is pinned in one to the inputs of generation 1, so nothing else is sent: resume it"
                + " first");

    command(new Command.Resync());
    assertThat(sent(events(changes().repeated(first, "it is pinned", now)))).isEmpty();
    assertThat(command(new Command.Release(Optional.of(true))).accepted()).isTrue();
    assertThat(sent(events(changes().repeated(first, "it is pinned", now))))
        .containsExactly("4 v1:a");
    command(new Command.Resume());
    assertThat(sent(found("v1:c"))).isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.WINDOW);
  }

  @Test
  void aResendIsRefusedWhileTheWindowIsClosed() {
    now = OPEN;
    accept(windows(false));
    found("v1:a");
    found("v1:b");
    now = CLOSED;

    CommandEvent.Answered answer = command(new Command.Resend(Generation.FIRST, Optional.empty()));

    assertThat(answer.accepted()).isFalse();
    assertThat(answer.message())
        .startsWith("nothing is sent before the maintenance window that opens at 2026-12-01T22");
  }

  @Test
  void aSyncWaitsForTheWindowAlsoIfGitCannotBeRead() {
    now = OPEN;
    accept(windows(false));
    SyncEvent.Target last = target(found("v1:a"));
    now = CLOSED;
    command(new Command.Resync());

    List<Event> closed = events(changes().repeated(last, "it does not answer", now));

    assertThat(sent(closed)).isEmpty();
    assertThat(outcomes(closed)).singleElement().asString().contains("--ignore-windows");
    assertThat(state.opened(OPEN)).hasSize(1);
    now = OPEN;
    assertThat(sent(events(changes().repeated(last, "it does not answer", now))))
        .containsExactly("2 v1:a");
    assertThat(withheld()).isEmpty();
  }

  @Test
  void whatAClusterHasLostIsSentOutsideOfWindows() {
    now = OPEN;
    accept(windows(true));
    found("v1:a");
    release();
    found("v1:a");
    now = CLOSED;

    lose(7);

    assertThat(sent(found("v1:a"))).containsExactly("8 v1:a");
  }

  @Test
  void aSyncStillWaitsAfterManyFurtherCommands() {
    now = OPEN;
    accept(windows(false));
    SyncEvent.Target last = target(found("v1:a"));
    now = CLOSED;
    command(new Command.Resync());
    found("v1:a");

    for (int i = 0; i < 30; i++) {
      command(new Command.Reevaluate());
      assertThat(sent(found("v1:a"))).isEmpty();
    }

    assertThat(sent(events(changes().repeated(last, "it does not answer", now)))).isEmpty();
    now = OPEN;
    List<Event> open = found("v1:a");
    assertThat(sent(open)).containsExactly("2 v1:a");
    assertThat(outcomes(open)).isNotEmpty();
  }

  @Test
  void anApprovalWaitsForTheWindowWhileALostGenerationIsSentAgain() {
    now = OPEN;
    accept(windows(false));
    SyncEvent.Target last = target(found("v1:a"));
    now = CLOSED;
    approve();
    found("v1:a");

    lose(7);
    List<Event> closed = found("v1:a");
    assertThat(sent(closed)).containsExactly("8 v1:a");
    assertThat(target(closed).approved()).isFalse();
    assertThat(target(closed).approval()).isEmpty();
    assertThat(withheld().orElseThrow().until()).contains(OPEN);

    lose(17);
    List<Event> fromLog = events(changes().repeated(last, "it does not answer", now));
    assertThat(sent(fromLog)).containsExactly("18 v1:a");
    assertThat(target(fromLog).approved()).isFalse();
    assertThat(sent(events(changes().repeated(last, "it does not answer", now)))).isEmpty();

    now = OPEN;
    List<Event> open = found("v1:a");
    assertThat(sent(open)).containsExactly("19 v1:a");
    assertThat(target(open).approval()).isPresent();
    assertThat(withheld()).isEmpty();
  }

  @Test
  void aSyncDoesNotKeepALostGenerationFromBeingSentAgain() {
    now = OPEN;
    accept(windows(false));
    found("v1:a");
    now = CLOSED;

    lose(7);
    command(new Command.Resync());
    List<Event> closed = found("v1:a");

    assertThat(sent(closed)).containsExactly("8 v1:a");
    assertThat(outcomes(closed)).singleElement().asString().contains("--ignore-windows");
    assertThat(sent(found("v1:a"))).isEmpty();
    now = OPEN;
    assertThat(sent(found("v1:a"))).containsExactly("9 v1:a");
    assertThat(sent(found("v1:a"))).isEmpty();
  }

  @Test
  void aSyncIsNotMetByALostGenerationThatIsSentWhileNewerInputsWait() {
    now = OPEN;
    accept(windows(true));
    found("v1:a");
    release();
    SyncEvent.Target last = target(found("v1:a"));
    found("v1:b");
    approve();
    lose(7);
    found("v1:b");

    List<Event> events = events(changes().repeated(last, "newer inputs wait", now));

    assertThat(sent(events)).containsExactly("8 v1:a");
    assertThat(target(events).approved()).isFalse();
    release();
    assertThat(target(found("v1:b")).approved()).isTrue();
  }

  @Test
  void newInputsOfAManualPolicyWaitForAnOperator() {
    accept(new SendingRules(Optional.of(true), Optional.empty()));

    assertThat(sent(found("v1:a"))).isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.MANUAL);
    assertThat(withheld().orElseThrow().until()).isEmpty();

    EventId release = release();
    List<Event> events = found("v1:a");

    assertThat(sent(events)).containsExactly("1 v1:a");
    assertThat(target(events).provenance().causes()).contains(release);
    command(new Command.Resync());
    assertThat(sent(found("v1:a"))).as("these are released").containsExactly("2 v1:a");
    assertThat(sent(found("v1:b"))).as("these are not").isEmpty();
  }

  @Test
  void anApprovalOfWhatWasReleasedIsSentAtOnceUnlessNewerInputsWait() {
    accept(new SendingRules(Optional.of(true), Optional.empty()));
    found("v1:a");
    release();
    found("v1:a");

    approve(1);
    assertThat(sent(found("v1:a"))).containsExactly("2 v1:a");
    approve(2);
    assertThat(sent(found("v1:b"))).isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.MANUAL);
  }

  @Test
  void anApprovalWaitsForTheWindow() {
    now = OPEN;
    accept(windows(false));
    found("v1:a");
    now = CLOSED;

    approve(1);

    assertThat(sent(found("v1:a"))).isEmpty();
    now = OPEN;
    assertThat(sent(found("v1:a"))).containsExactly("2 v1:a");
  }

  @Test
  void aReleaseOfAManualPolicyIsForTheInputsThatWereHeld() {
    accept(new SendingRules(Optional.of(true), Optional.empty()));
    found("v1:a");

    release();

    assertThat(sent(found("v1:b"))).isEmpty();
    assertThat(withheld().orElseThrow().release()).isEmpty();
    assertThat(withheld().orElseThrow().waitsFor())
        .isEqualTo("an operator to release it, since grace has released earlier inputs");

    assertThat(found("v1:b")).as("nothing changed").isEmpty();
    found("v1:c");
    assertThat(withheld().orElseThrow().waitsFor()).isEqualTo("an operator to release it");
  }

  @Test
  void aReleaseOfAManualPolicyIsCarriedOutWhenTheWindowOpens() {
    accept(windows(true));
    found("v1:a");
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.MANUAL);

    EventId release = release();
    assertThat(sent(found("v1:a"))).isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.WINDOW);
    assertThat(withheld().orElseThrow().release().orElseThrow().command()).isEqualTo(release);

    now = OPEN;
    assertThat(state.opened(now)).hasSize(1);
    List<Event> events = found("v1:a");
    assertThat(sent(events)).containsExactly("1 v1:a");
    assertThat(target(events).provenance().causes()).contains(release);
  }

  @Test
  void aReleaseThatWaitsForTheWindowLapsesWithNewerInputs() {
    accept(windows(true));
    found("v1:a");
    release();
    found("v1:a");

    assertThat(sent(found("v1:b"))).isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.MANUAL);

    now = OPEN;
    assertThat(sent(found("v1:b"))).isEmpty();
  }

  @Test
  void aReleaseOfAManualPolicyLiftsNoDependency() {
    definition =
        definition.withDependencies(
            List.of(
                new Dependency(
                    new ApplicationName("db"), Optional.empty(), Dependency.Until.HEALTHY)));
    now = OPEN;
    accept(windows(true));
    found("v1:a");

    EventId first = release();
    assertThat(sent(found("v1:a"))).isEmpty();
    assertThat(withheld().orElseThrow().cause()).isEqualTo(Cause.DEPENDS_ON);

    EventId second = release();
    List<Event> events = found("v1:a");
    assertThat(sent(events)).containsExactly("1 v1:a");
    assertThat(target(events).provenance().causes()).contains(first, second);
  }

  @Test
  void aWindowOfAnotherClusterHoldsNothing() {
    MaintenanceWindow window = windows(false).all().getFirst();
    accept(
        new SendingRules(
            Optional.empty(),
            Optional.of(
                List.of(
                    new MaintenanceWindow(
                        window.kind(),
                        window.schedule(),
                        window.duration(),
                        window.timeZone(),
                        Optional.of(List.of(TWO)),
                        Optional.empty(),
                        Optional.empty())))));

    assertThat(sent(found("v1:a"))).containsExactly("1 v1:a");
  }

  /** Approves deletions of the generation that was sent last. */
  private void approve(long generation) {
    Command.Approve approve =
        new Command.Approve(new Generation(generation), Optional.of("f".repeat(64)));
    assertThat(command(approve).accepted()).isTrue();
  }

  /** Returns rules with a window from 22:00 to 23:00 UTC. */
  private static SendingRules windows(boolean isManual) {
    return new SendingRules(
        Optional.of(isManual),
        Optional.of(
            List.of(
                new MaintenanceWindow(
                    MaintenanceWindow.Kind.ALLOW,
                    CronSchedule.parse("0 22 * * *"),
                    Duration.ofHours(1),
                    ZoneOffset.UTC,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()))));
  }

  private EventDecider changes() {
    return new EventDecider(state, 3);
  }

  private void accept(SendingRules rules) {
    definition = definition.withSending(rules);
    events(
        changes()
            .accepted(
                new ChangeEvent.DefinitionAccepted(MAIN.repository(), definition, "r1", Set.of()),
                cause("accepted"),
                now));
  }

  /** Reports that the ledger of the cluster has another generation than the one that was sent. */
  private void lose(long generation) {
    Optional<Decision> ahead =
        changes()
            .ledgerAhead(
                new ChangeEvent.LedgerAhead(
                    MAIN.repository(), WEB, ONE, Generation.FIRST, new Generation(generation)),
                cause("ledger-" + generation),
                now);
    assertThat(ahead).isPresent();
  }

  private void approve() {
    Generation last = state.application(WEB).orElseThrow().dispatched().get(ONE).generation();
    CommandEvent.Answered answer = command(new Command.Approve(last, Optional.of("0".repeat(64))));
    assertThat(answer.accepted()).as(answer.message()).isTrue();
  }

  private EventId release() {
    CommandEvent.Answered answer = command(new Command.Release());
    assertThat(answer.accepted()).as(answer.message()).isTrue();
    return answer.given();
  }

  private CommandEvent.Answered command(Command command) {
    return command(command, Optional.empty());
  }

  private CommandEvent.Answered command(Command command, Optional<SyncEvent.Target> recorded) {
    EventId id = new EventId("command-" + ++commands);
    CommandEvent.Given given =
        new CommandEvent.Given(MAIN.repository(), WEB, Set.of(), command, "grace", "incident 7");
    CommandDecider.Verdict verdict =
        CommandDecider.judge(state.application(WEB), given, id, now, recorded);
    return events(changes().commanded(given, cause(id.value()), verdict, now)).stream()
        .filter(CommandEvent.Answered.class::isInstance)
        .map(CommandEvent.Answered.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private List<Event> found(String digest) {
    Finding finding =
        state
                    .application(WEB)
                    .map(known -> known.dispatched().get(ONE))
                    .flatMap(last -> last.inputDigest())
                    .equals(Optional.of(digest))
                && !state.application(WEB).orElseThrow().demands().containsKey(ONE)
            ? new Finding.Same(definition, CLUSTER)
            : new Finding.Differs(definition, CLUSTER, payload(digest), "a.yaml");
    FindingBatch.Evaluated evaluated =
        new FindingBatch.Evaluated(
            MAIN,
            COMMIT,
            Optional.empty(),
            now,
            Map.of(),
            1,
            1,
            state.application(WEB).orElseThrow().awaiting(ONE).isEmpty()
                ? Map.of()
                : Map.of(WEB, Set.copyOf(state.application(WEB).orElseThrow().awaiting(ONE))),
            Optional.empty(),
            Map.of());
    Trigger trigger =
        new Trigger(
            cause("push"), new Trigger.Reason.RefMoved(Optional.empty()), OptionalLong.of(7));
    return events(
        new EvaluationDecider(state, "sluice.changes", 3)
            .found(
                new FindingBatch(evaluated, List.of(finding), true),
                List.of(trigger),
                trigger.cause().trace(),
                now));
  }

  private static Finding.Payload payload(String digest) {
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
                List.of(new InputFile.Text("a.yaml", false, digest)))),
        0,
        10);
  }

  private Optional<Withheld> withheld() {
    return state.application(WEB).orElseThrow().withheld(ONE);
  }

  private static SyncEvent.Target target(List<Event> events) {
    return events.stream()
        .filter(SyncEvent.Target.class::isInstance)
        .map(SyncEvent.Target.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> sent(List<Event> events) {
    return events.stream()
        .filter(SyncEvent.Target.class::isInstance)
        .map(SyncEvent.Target.class::cast)
        .map(target -> target.generation() + " " + target.inputDigest())
        .toList();
  }

  private static List<String> outcomes(List<Event> events) {
    return events.stream()
        .filter(CommandEvent.Outcome.class::isInstance)
        .map(event -> ((CommandEvent.Outcome) event).message())
        .toList();
  }

  private static List<Event> events(Decision decision) {
    return decision.records().stream().<Event>map(record -> record.envelope().event()).toList();
  }

  private static Trigger.Cause cause(String id) {
    return new Trigger.Cause(
        List.of(new EventId(id)), Optional.of("octocat"), CLOSED, TraceParent.start());
  }
}
