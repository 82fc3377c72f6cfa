package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.inputs.closure.ApplicationClosures;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.closure.RefusedSources;
import dev.sluice.inputs.walk.Footprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Inspector of an application's inputs in a tree; indexes the paths that they depend on. */
public final class InputInspector {

  private final DefinitionResolver resolver;
  private final ClosureIndex index;

  /** Definitions in force, whose paths are indexed. Guarded by itself. */
  private final Map<ApplicationName, Definition> defined = new HashMap<>();

  /** Applications that were refused for want of a signature, whichever paths change. */
  private final Set<ApplicationName> unverified = ConcurrentHashMap.newKeySet();

  public InputInspector(DefinitionResolver resolver, ClosureIndex index) {
    this.resolver = resolver;
    this.index = index;
  }

  /**
   * Sets the definition in force. A changed definition removes the application's paths from the
   * index until the application is inspected; an evaluation that began under an earlier definition
   * indexes nothing.
   *
   * @param definition empty if the application was removed
   */
  public void define(ApplicationName application, Optional<Definition> definition) {
    synchronized (defined) {
      Definition before =
          definition.isPresent()
              ? defined.put(application, definition.get())
              : defined.remove(application);
      if (before != null && !definition.equals(Optional.of(before))) {
        index.remove(application);
        unverified.remove(application);
      }
    }
  }

  /**
   * Returns the applications whose inputs a change of these paths may affect, and those that
   * another commit may verify.
   */
  Set<ApplicationName> candidates(RefKey key, Set<String> paths) {
    Set<ApplicationName> candidates = new HashSet<>(unverified);
    if (!paths.isEmpty()) {
      candidates.addAll(index.candidates(key.repository(), key.ref(), paths));
    }
    return candidates;
  }

  /**
   * Inspects all sources of an application and indexes their paths.
   *
   * @param why the reason to report if no path is one
   */
  Inspection inspect(
      ApplicationState state, SourceCommits commits, ChangedPaths changed, String why) {
    Definition definition = state.definition().orElseThrow();
    Optional<String> unreachable = commits.unreachable(definition);
    if (unreachable.isPresent()) {
      return result(
          state, refused(definition, commits, unreachable.get()), Optional.empty(), commits, why);
    }
    ApplicationClosures closures = resolver.resolve(definition, commits::tree);
    index(definition, closures);
    Optional<String> path = Optional.empty();
    for (int i = 0; i < definition.sources().size(); i++) {
      Footprint footprint = closures.footprints().get(i);
      if (RefKey.of(definition.sources().get(i)).equals(changed.key())) {
        path = path.or(() -> changed.within(footprint));
      }
    }
    String reason = path.orElse(state.dispatched().isEmpty() ? "first dispatch" : why);
    Inspection result =
        result(state, views(state, commits, closures), Optional.of(closures), commits, reason);
    if (result.isUnverified()) {
      unverified.add(definition.application());
    } else {
      unverified.remove(definition.application());
    }
    return result;
  }

  private static Inspection result(
      ApplicationState state,
      List<Inspection.View> views,
      Optional<ApplicationClosures> closures,
      SourceCommits commits,
      String reason) {
    Definition definition = state.definition().orElseThrow();
    boolean refused = views.stream().anyMatch(view -> view.inputs() instanceof Inputs.Refused);
    PossibleObjects possible =
        refused
            ? RefusedSources.possible(definition, closures, commits::reachableTree)
            : PossibleObjects.none();
    return new Inspection(state, definition, views, reason, possible);
  }

  private void index(Definition definition, ApplicationClosures closures) {
    synchronized (defined) {
      if (!definition.equals(defined.get(definition.application()))) {
        return;
      }
      for (int i = 0; i < definition.sources().size(); i++) {
        SourceSpec source = definition.sources().get(i);
        index.put(
            definition.application(),
            i,
            source.repository(),
            source.ref(),
            closures.footprints().get(i));
      }
    }
  }

  private static List<Inspection.View> refused(
      Definition definition, SourceCommits commits, String reason) {
    Failure failure =
        new Failure(
            SourceFailure.REMOTE_UNREACHABLE, reason, Failure.Stage.SOURCE, Optional.empty());
    return definition.clusters().stream()
        .map(cluster -> new Inspection.View(cluster, commits, new Inputs.Refused(failure)))
        .toList();
  }

  /** Returns the inputs for each cluster, without those where sources do not count at present. */
  private List<Inspection.View> views(
      ApplicationState state, SourceCommits commits, ApplicationClosures closures) {
    Definition definition = state.definition().orElseThrow();
    List<Inspection.View> views = new ArrayList<>();
    for (ClusterTarget cluster : definition.clusters()) {
      Hold hold = state.holds().get(cluster.name());
      if (hold == null) {
        views.add(verified(state, cluster, commits, inputs(closures, cluster)));
      } else if (!hold.excludesSources()) {
        views.add(restored(state, cluster, commits, hold.commit().orElseThrow()));
      }
    }
    return views;
  }

  /**
   * Returns the inputs for a cluster. Those that would be sent without an accepted signature are
   * refused; the ones that were sent before stay in force.
   */
  private static Inspection.View verified(
      ApplicationState state, ClusterTarget cluster, SourceCommits commits, Inputs inputs) {
    if (inputs instanceof Inputs.Resolved resolved
        && state.definition().orElseThrow().sources().stream()
            .anyMatch(source -> source.verify().isPresent())
        && Inspection.isNew(state, cluster, resolved)) {
      Optional<Dispatched> sent = Optional.ofNullable(state.dispatched().get(cluster.name()));
      List<SourceSpec> sources = state.definition().orElseThrow().sources();
      for (int i = 0; i < sources.size(); i++) {
        SourceSpec source = sources.get(i);
        Optional<CommitId> before =
            i == 0
                ? sent.flatMap(Dispatched::commit)
                : sent.flatMap(last -> last.commitOf(source.repository(), source.ref()));
        Optional<Failure> refusal = commits.refusal(source, before);
        if (refusal.isPresent()) {
          return new Inspection.View(cluster, commits, new Inputs.Refused(refusal.get()));
        }
      }
    }
    return new Inspection.View(cluster, commits, inputs);
  }

  private Inspection.View restored(
      ApplicationState state, ClusterTarget cluster, SourceCommits commits, CommitId commit) {
    Definition definition = state.definition().orElseThrow();
    SourceSpec first = definition.sources().getFirst();
    Optional<SourceCommits> then = commits.with(first, commit);
    if (then.isEmpty()) {
      Failure failure =
          new Failure(
              SourceFailure.COMMIT_MISSING,
              "%s is to be restored in %s, but %s has no commit %s: name another, or resume it"
                  .formatted(definition.application(), cluster.name(), first.repository(), commit),
              Failure.Stage.SOURCE,
              Optional.empty());
      return new Inspection.View(cluster, commits, new Inputs.Refused(failure));
    }
    Definition here = definition.in(cluster);
    return verified(
        state, cluster, then.get(), inputs(resolver.resolve(here, then.get()::tree), cluster));
  }

  private static Inputs inputs(ApplicationClosures closures, ClusterTarget cluster) {
    return Optional.ofNullable(closures.clusters().get(cluster.name())).orElseThrow();
  }

  /** Paths that a commit changed on a ref. */
  record ChangedPaths(RefKey key, Set<String> paths) {

    Optional<String> within(Footprint footprint) {
      return new TreeSet<>(paths).stream().filter(footprint::covers).findFirst();
    }
  }
}
