package dev.sluice.dispatcher.home;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.closure.Closure;
import dev.sluice.dispatcher.closure.ClosureIndex;
import dev.sluice.dispatcher.closure.ClosureResolver;
import dev.sluice.dispatcher.closure.ClosureResult;
import dev.sluice.dispatcher.closure.Footprint;
import dev.sluice.dispatcher.git.MirrorException;
import dev.sluice.dispatcher.git.SourceTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds out what an application's inputs are in a tree, and remembers which paths they hang on. */
final class Inspector {

  /** Inputs for a cluster that are not what was last sent there. */
  record Changed(ClusterTarget cluster, String digest) {}

  private final ClosureResolver resolver;
  private final ClosureIndex index;

  Inspector(ClosureResolver resolver, ClosureIndex index) {
    this.resolver = resolver;
    this.index = index;
  }

  /** The applications that may differ after a change of these paths. */
  Set<ApplicationName> candidates(RefKey key, Set<String> paths) {
    return paths.isEmpty() ? Set.of() : index.candidates(key.repository(), key.ref(), paths);
  }

  /**
   * Looks at all sources of an application.
   *
   * @param changedPaths of the commit, to name the reason
   */
  Result inspect(ApplicationState state, SourceTree tree, Set<String> changedPaths) {
    Definition definition = state.definition().orElseThrow();
    List<Closure> closures = new ArrayList<>();
    Optional<Failure> failure = Optional.empty();
    Optional<String> path = Optional.empty();
    for (int i = 0; i < definition.sources().size(); i++) {
      SourceSpec source = definition.sources().get(i);
      ClosureResult result = resolve(definition, source, tree);
      index.put(definition.application(), i, source.repository(), source.ref(), result.footprint());
      path = path.or(() -> reason(changedPaths, result.footprint(), source.path()));
      switch (result) {
        case ClosureResult.Resolved resolved -> closures.add(resolved.closure());
        case ClosureResult.Refused refused ->
            failure = failure.or(() -> Optional.of(refused.failure()));
      }
    }
    List<Changed> changed = failure.isPresent() ? List.of() : changed(state, definition, closures);
    String reason = path.orElse(state.dispatched().isEmpty() ? "first dispatch" : "definition");
    return new Result(state, definition, new Closures(closures, failure), changed, reason);
  }

  private ClosureResult resolve(Definition definition, SourceSpec source, SourceTree tree) {
    try {
      return resolver.resolve(tree, source);
    } catch (MirrorException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // whatever this input does to the resolver, the other applications go on
      Failure failure =
          new Failure(
              "Unresolvable",
              "the inputs of %s at '%s' could not be found out: %s"
                  .formatted(definition.application(), source.path(), e),
              Failure.Stage.SOURCE,
              Optional.empty());
      return new ClosureResult.Refused(
          failure, new Footprint(Set.of(), Set.of(), Set.of(source.path())));
    }
  }

  private static List<Changed> changed(
      ApplicationState state, Definition definition, List<Closure> closures) {
    List<Changed> changed = new ArrayList<>();
    for (ClusterTarget cluster : definition.clusters()) {
      String digest = InputDigest.of(definition, cluster, closures);
      Dispatched last = state.dispatched().get(cluster.name());
      if (state.demands().containsKey(cluster.name())
          || last == null
          || !last.inputDigest().equals(Optional.of(digest))) {
        changed.add(new Changed(cluster, digest));
      }
    }
    return changed;
  }

  private static Optional<String> reason(
      Set<String> changedPaths, Footprint footprint, String sourcePath) {
    String within = sourcePath.isEmpty() ? "" : sourcePath + "/";
    for (String path : new TreeSet<>(changedPaths)) {
      if (footprint.present().contains(path)
          || footprint.absent().contains(path)
          || path.startsWith(within)
          || footprint.watched().stream()
              .anyMatch(watched -> watched.isEmpty() || path.startsWith(watched + "/"))) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /** The sources' closures, or why there are none. */
  record Closures(List<Closure> resolved, Optional<Failure> failure) {}

  /** What was found of one application. */
  record Result(
      ApplicationState state,
      Definition definition,
      Closures closures,
      List<Changed> changed,
      String reason) {

    /** Whether something is to be told that was not told yet. */
    boolean differs() {
      return !changed.isEmpty() || (closures.failure().isPresent() && state.refused().isEmpty());
    }

    List<SourceInputs> load(GitRef ref, CommitId commit, SourceTree tree) {
      List<SourceInputs> inputs = new ArrayList<>();
      for (int i = 0; i < closures.resolved().size(); i++) {
        Closure closure = closures.resolved().get(i);
        SourceSpec source = definition.sources().get(i);
        inputs.add(
            new SourceInputs(
                source.repository(),
                ref,
                commit,
                closure.path(),
                closure.type(),
                source.alias(),
                source.options(),
                closure.load(tree)));
      }
      return inputs;
    }

    List<Finding> findings(List<SourceInputs> inputs) {
      if (closures.failure().isPresent()) {
        return List.of(new Finding.Refused(definition, closures.failure().get(), reason));
      }
      List<Finding> findings = new ArrayList<>();
      long bytes = bytes(inputs);
      for (Changed one : changed) {
        findings.add(
            new Finding.Differs(
                definition,
                one.cluster(),
                new Finding.Payload(one.digest(), inputs, bytes),
                reason));
      }
      for (ClusterTarget cluster : definition.clusters()) {
        boolean same = changed.stream().noneMatch(one -> one.cluster().equals(cluster));
        if (same && state.refused().containsKey(cluster.name())) {
          findings.add(new Finding.Same(definition, cluster));
        }
      }
      return findings;
    }

    private static long bytes(List<SourceInputs> inputs) {
      return inputs.stream()
          .flatMap(source -> source.files().stream())
          .mapToLong(
              file ->
                  switch (file) {
                    case InputFile.Text text -> text.text().length();
                    case InputFile.Binary binary -> binary.bytes().length;
                    case InputFile.Link link -> link.target().length();
                  })
          .sum();
    }
  }
}
