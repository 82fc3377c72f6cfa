package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** An application of two clusters, its definitions and its states. */
public final class SampleApplication {

  public static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  public static final RepositoryId SHOP = new RepositoryId("forge.example/acme/shop");
  public static final RefKey MAIN = new RefKey(SHOP, GitRef.branch("main"));
  public static final ApplicationName WEB = new ApplicationName("web");
  public static final ClusterName ONE = new ClusterName("one");
  public static final ClusterName TWO = new ClusterName("two");
  public static final CommitId COMMIT = new CommitId("a".repeat(40));
  public static final Hold SUSPENDED = new Hold(Optional.empty(), "grace", "incident 7", NOW);
  public static final Hold PINNED = new Hold(Optional.of(COMMIT), "grace", "incident 7", NOW);

  private SampleApplication() {}

  /** Returns a source of plain manifests. */
  public static SourceSpec source(RefKey ref, String path) {
    return new SourceSpec(
        ref.repository(),
        "https://" + ref.repository(),
        Optional.empty(),
        Optional.empty(),
        ref.ref(),
        path,
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  /** Returns a definition of {@link #WEB} with one source on {@link #MAIN}. */
  public static Definition define(String path, ClusterName... clusters) {
    return define(WEB, List.of(source(MAIN, path)), clusters);
  }

  public static Definition define(
      ApplicationName application, List<SourceSpec> sources, ClusterName... clusters) {
    return new Definition(
        application,
        sources,
        Stream.of(clusters).map(cluster -> new ClusterTarget(cluster, Map.of())).toList(),
        new ApplicationSpec("web", Policy.DEFAULT),
        false);
  }

  /** Returns a state to which nothing was sent. */
  public static ApplicationState defined(Definition definition) {
    return sent(definition, Map.of(), Map.of(), Map.of());
  }

  /** Returns a state with these holds to which nothing was sent. */
  public static ApplicationState held(Definition definition, Map<ClusterName, Hold> holds) {
    return sent(definition, Map.of(), Map.of(), holds);
  }

  /** Returns a state without demands. */
  public static ApplicationState sent(
      Definition definition,
      Map<ClusterName, Dispatched> dispatched,
      Map<ClusterName, Integer> refused,
      Map<ClusterName, Hold> holds) {
    return new ApplicationState(
        definition.application(),
        Optional.of(definition),
        "r1",
        dispatched,
        refused,
        holds,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the state with these demands and digests of possible objects. */
  public static ApplicationState with(
      ApplicationState state, Map<ClusterName, Demand> demands, Map<ClusterName, String> possible) {
    return new ApplicationState(
        state.application(),
        state.definition(),
        state.fleetRevision(),
        state.dispatched(),
        state.refused(),
        state.holds(),
        demands,
        state.retiredOwner(),
        state.carriedOut(),
        Optional.of(possible),
        Optional.empty());
  }

  /** Returns the state with inputs that wait for a dependency in a cluster. */
  public static ApplicationState withheld(ApplicationState state, ClusterName cluster) {
    return withheld(
        state,
        cluster,
        new Withheld(
            Withheld.Cause.DEPENDS_ON,
            "application db",
            NOW,
            Optional.of(COMMIT),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  /** Returns the state with inputs that are withheld in a cluster. */
  public static ApplicationState withheld(
      ApplicationState state, ClusterName cluster, Withheld withheld) {
    return new ApplicationState(
        state.application(),
        state.definition(),
        state.fleetRevision(),
        state.dispatched(),
        state.refused(),
        state.holds(),
        state.demands(),
        state.retiredOwner(),
        state.carriedOut(),
        state.possible(),
        state.awaiting(),
        Optional.of(Map.of(cluster, withheld)));
  }
}
