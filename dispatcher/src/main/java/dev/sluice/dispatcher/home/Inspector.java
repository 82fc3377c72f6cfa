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
import dev.sluice.dispatcher.closure.ApplicationClosures;
import dev.sluice.dispatcher.closure.ApplicationClosures.Inputs;
import dev.sluice.dispatcher.closure.ApplicationClosures.SourceClosure;
import dev.sluice.dispatcher.closure.Closure;
import dev.sluice.dispatcher.closure.ClosureIndex;
import dev.sluice.dispatcher.closure.DefinitionResolver;
import dev.sluice.dispatcher.closure.Footprint;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds out what an application's inputs are in a tree, and remembers which paths they hang on. */
final class Inspector {

  private final DefinitionResolver resolver;
  private final ClosureIndex index;

  Inspector(DefinitionResolver resolver, ClosureIndex index) {
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
   * @param why names the reason where no path does
   */
  Result inspect(ApplicationState state, Heads heads, ChangedPaths changed, String why) {
    Definition definition = state.definition().orElseThrow();
    ApplicationClosures closures = resolver.resolve(definition, heads::tree);
    Optional<String> path = Optional.empty();
    for (int i = 0; i < definition.sources().size(); i++) {
      SourceSpec source = definition.sources().get(i);
      Footprint footprint = closures.footprints().get(i);
      index.put(definition.application(), i, source.repository(), source.ref(), footprint);
      if (RefKey.of(source).equals(changed.key())) {
        path = path.or(() -> changed.within(footprint));
      }
    }
    String reason = path.orElse(state.dispatched().isEmpty() ? "first dispatch" : why);
    return new Result(state, definition, closures, reason);
  }

  /** The paths that a commit changed at a ref. */
  record ChangedPaths(RefKey key, Set<String> paths) {

    Optional<String> within(Footprint footprint) {
      return new TreeSet<>(paths).stream().filter(footprint::covers).findFirst();
    }
  }

  /** What was found of one application. */
  record Result(
      ApplicationState state, Definition definition, ApplicationClosures closures, String reason) {

    /** Whether something is to be told that was not told yet. */
    boolean differs() {
      return definition.clusters().stream()
          .anyMatch(
              cluster ->
                  switch (inputs(cluster)) {
                    case Inputs.Resolved resolved -> isNew(cluster, digest(resolved));
                    case Inputs.Refused _ -> !state.refused().containsKey(cluster.name());
                  });
    }

    /** Clusters where other inputs are due than were last sent. */
    List<ClusterTarget> changed() {
      return definition.clusters().stream()
          .filter(
              cluster ->
                  inputs(cluster) instanceof Inputs.Resolved resolved
                      && isNew(cluster, digest(resolved)))
          .toList();
    }

    List<Finding> findings(Heads heads) {
      IdentityHashMap<Closure, List<InputFile>> loaded = new IdentityHashMap<>();
      List<Finding> findings = new ArrayList<>();
      for (ClusterTarget cluster : definition.clusters()) {
        switch (inputs(cluster)) {
          case Inputs.Refused(Failure failure) ->
              findings.add(new Finding.Refused(definition, cluster, failure));
          case Inputs.Resolved resolved -> {
            String digest = digest(resolved);
            if (isNew(cluster, digest)) {
              findings.add(
                  new Finding.Differs(
                      definition, cluster, payload(digest, resolved, heads, loaded), reason));
            } else if (state.refused().containsKey(cluster.name())) {
              findings.add(new Finding.Same(definition, cluster));
            }
          }
        }
      }
      return findings;
    }

    private static Finding.Payload payload(
        String digest,
        Inputs.Resolved resolved,
        Heads heads,
        IdentityHashMap<Closure, List<InputFile>> loaded) {
      List<SourceInputs> inputs = new ArrayList<>();
      long bytes = 0;
      for (SourceClosure one : resolved.sources()) {
        SourceSpec source = one.source();
        Closure closure = one.closure();
        List<InputFile> files =
            loaded.computeIfAbsent(closure, _ -> closure.load(heads.tree(source)));
        bytes += files.stream().mapToLong(Result::bytes).sum();
        inputs.add(
            new SourceInputs(
                source.repository(),
                source.ref(),
                heads.commit(source),
                closure.path(),
                closure.type(),
                source.alias(),
                source.options(),
                files));
      }
      return new Finding.Payload(digest, inputs, bytes);
    }

    private Inputs inputs(ClusterTarget cluster) {
      return Optional.ofNullable(closures.clusters().get(cluster.name())).orElseThrow();
    }

    private String digest(Inputs.Resolved resolved) {
      return InputDigest.of(definition, resolved);
    }

    private boolean isNew(ClusterTarget cluster, String digest) {
      Dispatched last = state.dispatched().get(cluster.name());
      return state.demands().containsKey(cluster.name())
          || last == null
          || !last.inputDigest().equals(Optional.of(digest));
    }

    private static long bytes(InputFile file) {
      return switch (file) {
        case InputFile.Text text -> text.text().length();
        case InputFile.Binary binary -> binary.bytes().length;
        case InputFile.Link link -> link.target().length();
      };
    }
  }
}
