package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.dispatcher.decide.Finding;
import dev.sluice.dispatcher.decide.InputDigest;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.closure.ApplicationClosures.SourceClosure;
import dev.sluice.inputs.closure.Closure;
import dev.sluice.inputs.signature.CommitSignatures;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.process.LargePayloads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Result of inspecting one application.
 *
 * @param possible the objects that a refused application may render to
 */
record Inspection(
    ApplicationState state,
    Definition definition,
    List<View> views,
    String reason,
    PossibleObjects possible) {

  /** Receives findings. */
  interface Receiver {
    void found(Finding finding) throws InterruptedException;
  }

  /** Inputs for a cluster, with their commits. */
  record View(ClusterTarget cluster, SourceCommits commits, Inputs inputs) {}

  /** Returns whether any cluster needs a record that was not written yet. */
  boolean differs() {
    return views.stream()
        .anyMatch(
            view ->
                switch (view.inputs()) {
                  case Inputs.Resolved _ -> isNew(view);
                  case Inputs.Refused _ -> !isRefused(view) || isNewlyPossible(view);
                });
  }

  /** Returns whether a remote base or chart is temporarily unavailable. */
  boolean isUnreachable() {
    return views.stream()
        .anyMatch(
            view ->
                view.inputs() instanceof Inputs.Refused(Failure failure)
                    && Remotes.isTransient(failure));
  }

  /** Returns whether a commit has no accepted signature. */
  boolean isUnverified() {
    return views.stream()
        .anyMatch(
            view ->
                view.inputs() instanceof Inputs.Refused(Failure failure)
                    && CommitSignatures.isAbout(failure));
  }

  /** Returns whether inputs that were refused before are valid now. */
  boolean isRecovered() {
    return views.stream()
        .anyMatch(view -> view.inputs() instanceof Inputs.Resolved && wasRefused(view));
  }

  /** Returns the clusters whose inputs differ from those last sent. */
  List<ClusterTarget> changed() {
    return views.stream().filter(this::isNew).map(View::cluster).toList();
  }

  /** Returns the commands whose outcome is not known yet, which the findings answer. */
  Set<EventId> commands() {
    return state.awaiting().orElse(Map.of()).values().stream()
        .flatMap(List::stream)
        .collect(Collectors.toSet());
  }

  private boolean isAwaited(ClusterTarget cluster) {
    return !state.awaiting(cluster.name()).isEmpty();
  }

  private boolean isWithheld(ClusterTarget cluster) {
    return state.withheld(cluster.name()).isPresent();
  }

  /** Returns the clusters that need a record. */
  List<ClusterTarget> recipients() {
    return views.stream()
        .filter(view -> isNew(view) || isNewlyPossible(view))
        .map(View::cluster)
        .toList();
  }

  /**
   * Returns the largest size of the inputs that {@link #findings} has in memory for a cluster; 0 if
   * all are small.
   */
  long largest() {
    return views.stream()
        .filter(view -> bytes(view) > LargePayloads.SMALL && isNew(view))
        .mapToLong(Inspection::bytes)
        .max()
        .orElse(0);
  }

  /**
   * Passes on the findings one by one, and has the inputs of one large finding in memory at a time.
   */
  void findings(Receiver receiver) throws InterruptedException {
    IdentityHashMap<Closure, List<InputFile>> loaded = new IdentityHashMap<>();
    for (View view : views) {
      switch (view.inputs()) {
        case Inputs.Refused(Failure failure) ->
            receiver.found(new Finding.Refused(definition, view.cluster(), failure, possible));
        case Inputs.Resolved resolved -> {
          if (isNew(view)) {
            if (bytes(view) > LargePayloads.SMALL) {
              loaded.keySet().retainAll(closures(resolved));
            }
            receiver.found(
                new Finding.Differs(
                    definition, view.cluster(), payload(resolved, view.commits(), loaded), reason));
          } else if (wasRefused(view) || isAwaited(view.cluster()) || isWithheld(view.cluster())) {
            receiver.found(new Finding.Same(definition, view.cluster()));
          }
        }
      }
    }
    for (ClusterTarget cluster : definition.clusters()) {
      Hold hold = state.holds().get(cluster.name());
      if (hold != null
          && hold.excludesSources()
          && (isAwaited(cluster) || state.demands().containsKey(cluster.name()))) {
        receiver.found(new Finding.Held(definition, cluster, hold));
      }
    }
  }

  private static Set<Closure> closures(Inputs.Resolved resolved) {
    Set<Closure> closures = Collections.newSetFromMap(new IdentityHashMap<>());
    resolved.sources().forEach(source -> closures.add(source.closure()));
    return closures;
  }

  private static long bytes(View view) {
    return switch (view.inputs()) {
      case Inputs.Refused _ -> 0;
      case Inputs.Resolved resolved ->
          resolved.sources().stream().mapToLong(source -> source.closure().bytes()).sum();
    };
  }

  private Finding.Payload payload(
      Inputs.Resolved resolved,
      SourceCommits commits,
      IdentityHashMap<Closure, List<InputFile>> loaded) {
    List<SourceInputs> inputs = new ArrayList<>();
    long bytes = 0;
    for (SourceClosure one : resolved.sources()) {
      SourceSpec source = one.source();
      Closure closure = one.closure();
      List<InputFile> files = loaded.computeIfAbsent(closure, _ -> one.load());
      bytes += files.stream().mapToLong(InputFile::size).sum();
      inputs.add(
          new SourceInputs(
              source.repository(),
              source.ref(),
              commits.commit(source),
              closure.path(),
              closure.type(),
              source.alias(),
              source.options(),
              files,
              Optional.of(closure.bases()),
              commits.tag(source)));
    }
    int behind = commits.behind(definition.sources().getFirst());
    return new Finding.Payload(digest(resolved), inputs, behind, bytes);
  }

  private String digest(Inputs.Resolved resolved) {
    return InputDigest.of(definition, resolved);
  }

  private boolean isNew(View view) {
    return view.inputs() instanceof Inputs.Resolved resolved
        && isNew(state, view.cluster(), resolved);
  }

  /** Returns whether the inputs of a cluster are to be sent. */
  static boolean isNew(ApplicationState state, ClusterTarget cluster, Inputs.Resolved inputs) {
    Dispatched last = state.dispatched().get(cluster.name());
    return last == null
        || state.demands().containsKey(cluster.name())
        || !last.inputDigest()
            .equals(Optional.of(InputDigest.of(state.definition().orElseThrow(), inputs)));
  }

  private boolean isNewlyPossible(View view) {
    return view.inputs() instanceof Inputs.Refused
        && !state
            .possible()
            .map(digests -> digests.get(view.cluster().name()))
            .equals(Optional.of(possible.digest()));
  }

  /**
   * Returns whether the inputs were refused before; the dead letter may have been discarded since.
   */
  private boolean wasRefused(View view) {
    return isRefused(view)
        || state.possible().filter(map -> map.containsKey(view.cluster().name())).isPresent();
  }

  private boolean isRefused(View view) {
    return state.refused().containsKey(view.cluster().name());
  }
}
