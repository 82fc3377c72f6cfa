package dev.sluice.dispatcher.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReplayedStateTest {

  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
  private static final RepositoryId SHOP = new RepositoryId("forge.example/acme/shop");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final ClusterName ONE = new ClusterName("one");
  private static final ClusterName TWO = new ClusterName("two");
  private static final CommitId COMMIT = new CommitId("a".repeat(40));

  private final ReplayedState replayed = new ReplayedState(3);
  private int events;

  @Test
  void theNewestDefinitionIsInForce() {
    define("r1", "apps/web", ONE, TWO);
    Definition newest = define("r2", "apps/moved", ONE, TWO);

    assertThat(web().definition()).contains(newest);
    assertThat(web().fleetRevision()).isEqualTo("r2");
    assertThat(replayed.application(new ApplicationName("other"))).isEmpty();
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
    Instant suspendedAt = START.plusSeconds(events);
    give(new Command.Restore(COMMIT), TWO);
    Instant pinnedAt = START.plusSeconds(events);

    assertThat(web().holds())
        .isEqualTo(
            Map.of(
                ONE, new Hold(Optional.empty(), "ada", "test", suspendedAt),
                TWO, new Hold(Optional.of(COMMIT), "ada", "test", pinnedAt)));
    give(new Command.Resume());
    assertThat(web().holds()).isEmpty();
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

    replay(new ChangeEvent.DefinitionRemoved(SHOP, WEB, "r2"));

    assertThat(web().definition()).isEmpty();
    assertThat(web().retiredHome()).contains(SHOP);
    define("r3", "apps/web", ONE, TWO);
    assertThat(web().holds()).isEmpty();
  }

  @Test
  void deselectingAClusterEndsItsHoldOnly() {
    define("r1", "apps/web", ONE, TWO);
    give(new Command.Suspend());

    define("r2", "apps/web", ONE);
    define("r3", "apps/web", ONE, TWO);

    assertThat(web().holds()).containsOnlyKeys(ONE);
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
    return replayed.application(WEB).orElseThrow();
  }

  private Definition define(String revision, String path, ClusterName... clusters) {
    SourceSpec source =
        new SourceSpec(
            SHOP,
            "https://forge.example/acme/shop",
            Optional.empty(),
            GitRef.branch("main"),
            path,
            Optional.empty(),
            Optional.empty(),
            RenderOptions.DEFAULT);
    Definition definition =
        new Definition(
            WEB,
            List.of(source),
            Stream.of(clusters).map(cluster -> new ClusterTarget(cluster, Map.of())).toList(),
            new ApplicationSpec("web", Policy.DEFAULT),
            false);
    replay(new ChangeEvent.DefinitionAccepted(SHOP, definition, revision, Set.of()));
    return definition;
  }

  private void give(Command command, ClusterName... clusters) {
    replay(given(command, clusters));
  }

  private static ChangeEvent given(Command command, ClusterName... clusters) {
    return new ChangeEvent.CommandGiven(SHOP, WEB, Set.of(clusters), command, "ada", "test");
  }

  private void replay(ChangeEvent event) {
    replay(EventId.of("event", events), event);
  }

  private void replay(EventId id, ChangeEvent event) {
    events++;
    replayed.replay(
        event, new Envelope<>(id, "test", START.plusSeconds(events), TraceParent.start(), event));
  }
}
