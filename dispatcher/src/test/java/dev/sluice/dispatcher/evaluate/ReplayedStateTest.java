package dev.sluice.dispatcher.evaluate;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.NOW;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.SHOP;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static dev.sluice.dispatcher.decide.SampleApplication.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.SampleApplication;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayedStateTest {

  private final ReplayedState replayed = new ReplayedState(3);
  private int events;

  @Test
  void theNewestDefinitionIsInForce() {
    define("r1", "apps/web", ONE, TWO);
    Definition newest = define("r2", "apps/moved", ONE, TWO);

    assertThat(web().definition()).contains(newest);
    assertThat(web().fleetRevision()).isEqualTo("r2");
    assertThat(replayed.application(ApplicationState.unknown(new ApplicationName("other"))))
        .isEmpty();
  }

  @Test
  void anUnchangedDefinitionKeepsTheRevisionThatIntroducedIt() {
    define("r1", "apps/web", ONE);
    define("r2", "apps/web", ONE);

    assertThat(web().fleetRevision()).isEqualTo("r1");
  }

  @Test
  void holdsAreReplayedWithTheirAuthorReasonAndTime() {
    define("r1", "apps/web", ONE, TWO);
    give(new Command.Suspend(), ONE);
    Instant suspendedAt = NOW.plusSeconds(events);
    EventId restoration = new EventId("restoration");
    replay(restoration, given(new Command.Restore(COMMIT), TWO));
    Instant pinnedAt = NOW.plusSeconds(events);
    answer(restoration, true);

    assertThat(web().holds())
        .isEqualTo(
            Map.of(
                ONE, new Hold(Optional.empty(), "ada", "test", suspendedAt),
                TWO, new Hold(Optional.of(COMMIT), "ada", "test", pinnedAt)));
    give(new Command.Resume());
    assertThat(web().holds()).isEmpty();
  }

  @Test
  void aRestorationHoldsOnlyIfItWasAcceptedAndLaterCommandsFollowIt() {
    define("r1", "apps/web", ONE, TWO);
    EventId refused = new EventId("refused");
    EventId accepted = new EventId("accepted");
    replay(refused, given(new Command.Restore(COMMIT), ONE));
    replay(accepted, given(new Command.Restore(COMMIT), TWO));
    give(new Command.Suspend(), ONE);
    answer(refused, false);
    answer(accepted, true);

    assertThat(web().holds().get(ONE).commit()).as("suspended").isEmpty();
    assertThat(web().holds().get(TWO).commit()).contains(COMMIT);
    EventId unanswered = new EventId("unanswered");
    replay(unanswered, given(new Command.Restore(COMMIT), ONE));
    give(new Command.Resume(), ONE);
    assertThat(web().holds()).as("resumed, carried out or not").containsOnlyKeys(TWO);
  }

  @Test
  void aRestorationWithoutAnAnswerCountsAsTheLiveStateHasIt() {
    define("r1", "apps/web", ONE);
    EventId restoration = new EventId("restoration");
    replay(restoration, given(new Command.Restore(COMMIT), ONE));
    ApplicationState live =
        new ApplicationState(
            WEB,
            Optional.empty(),
            "r1",
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.of(List.of(restoration)),
            Optional.empty(),
            Optional.empty());

    assertThat(replayed.application(live).orElseThrow().holds()).containsOnlyKeys(ONE);
  }

  @Test
  void aRefusedCommandHoldsNothing() {
    define("r1", "apps/web", ONE);

    give(new Command.Suspend(), TWO);

    assertThat(web().holds()).isEmpty();
  }

  @Test
  void aCommandBeforeTheDefinitionHoldsNothing() {
    give(new Command.Suspend(), ONE);
    define("r1", "apps/web", ONE);

    assertThat(web().holds()).isEmpty();
  }

  @Test
  void aRepeatedCommandIsCarriedOutOnce() {
    define("r1", "apps/web", ONE);
    EventId suspension = new EventId("suspension");
    replay(suspension, given(new Command.Suspend()));
    give(new Command.Resume());

    replay(suspension, given(new Command.Suspend()));

    assertThat(web().holds()).as("resumed after the suspension").isEmpty();
  }

  @Test
  void aRemovalEndsHoldsAndKeepsThePartitionOfTheApplication() {
    define("r1", "apps/web", ONE, TWO);
    give(new Command.Suspend());

    replay(new ChangeEvent.DefinitionRemoved(SHOP, WEB, "r2", Optional.empty()));

    assertThat(web().definition()).isEmpty();
    assertThat(web().retiredOwner()).contains(SHOP);
    define("r3", "apps/web", ONE, TWO);
    assertThat(web().holds()).isEmpty();
  }

  @Test
  void deselectingAClusterEndsItsHoldOnly() {
    define("r1", "apps/web", ONE, TWO);
    give(new Command.Suspend());

    define("r2", "apps/web", ONE);
    assertThat(web().holds()).containsOnlyKeys(ONE);
    define("r3", "apps/web", ONE, TWO);
    assertThat(web().holds())
        .as("it is suspended everywhere, so also in a cluster that it joins")
        .containsOnlyKeys(ONE, TWO);
  }

  @Test
  void otherEventsChangeNothing() {
    define("r1", "apps/web", ONE);
    ApplicationState before = web();

    replay(
        new ChangeEvent.ReadersAccepted(SHOP, Set.of(new RepositoryId("forge.example/a/b")), "r2"));
    replay(new ChangeEvent.LedgerAhead(SHOP, WEB, ONE, new Generation(3), new Generation(9)));

    assertThat(web()).isEqualTo(before);
  }

  private ApplicationState web() {
    return replayed.application(ApplicationState.unknown(WEB)).orElseThrow();
  }

  private Definition define(String revision, String path, ClusterName... clusters) {
    Definition definition = SampleApplication.define(path, clusters);
    replay(new ChangeEvent.DefinitionAccepted(SHOP, definition, revision, Set.of()));
    return definition;
  }

  private void give(Command command, ClusterName... clusters) {
    replay(given(command, clusters));
  }

  private void answer(EventId command, boolean accepted) {
    replay(
        new CommandEvent.Answered(
            SHOP,
            command,
            WEB,
            Set.of(),
            new Command.Restore(COMMIT),
            "ada",
            "test",
            accepted,
            "answer",
            Optional.empty()));
  }

  private static ChangeEvent given(Command command, ClusterName... clusters) {
    return new CommandEvent.Given(SHOP, WEB, Set.of(clusters), command, "ada", "test");
  }

  private void replay(ChangeEvent event) {
    replay(EventId.of("event", events), event);
  }

  private void replay(EventId id, ChangeEvent event) {
    events++;
    replayed.replay(
        event, new Envelope<>(id, "test", NOW.plusSeconds(events), TraceParent.start(), event));
  }
}
