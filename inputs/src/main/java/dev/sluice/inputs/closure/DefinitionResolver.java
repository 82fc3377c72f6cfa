package dev.sluice.inputs.closure;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.closure.ApplicationClosures.SourceClosure;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.Footprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds out the inputs of an application in each of its clusters: placeholders filled in, what is
 * the same for several clusters looked at once. Pure; keeps nothing.
 */
public final class DefinitionResolver {

  private final ClosureResolver resolver;

  public DefinitionResolver(ClosureResolver resolver) {
    this.resolver = resolver;
  }

  /**
   * Resolves all sources for all clusters.
   *
   * @param trees the files of a source of the definition, as it is written there
   */
  public ApplicationClosures resolve(
      Definition definition, Function<SourceSpec, SourceTree> trees) {
    Map<SourceQuery, ClosureResult> answers = new HashMap<>();
    List<List<Footprint>> footprints = new ArrayList<>();
    definition.sources().forEach(_ -> footprints.add(new ArrayList<>()));
    Map<ClusterName, Inputs> clusters = new HashMap<>();
    for (ClusterTarget cluster : definition.clusters()) {
      List<SourceSpec> sources =
          definition.sources().stream().map(source -> source.in(cluster)).toList();
      List<SourceClosure> closures = new ArrayList<>();
      Optional<Failure> failure = invalidArgument(sources);
      for (int i = 0; i < sources.size(); i++) {
        SourceSpec source = sources.get(i);
        SourceQuery query = SourceQuery.of(source, sources, definition);
        ClosureResult result = answers.get(query);
        if (result == null) {
          result = answer(definition, query, trees.apply(definition.sources().get(i)));
          answers.put(query, result);
        }
        footprints.get(i).add(result.footprint());
        switch (result) {
          case ClosureResult.Resolved resolved ->
              closures.add(new SourceClosure(source, resolved.closure(), resolved.tree()));
          case ClosureResult.Refused refused -> {
            failure = failure.or(() -> Optional.of(refused.failure()));
            // what it may render to hangs on all files there
            footprints.get(i).add(new Footprint(Set.of(), Set.of(), Set.of(query.path())));
          }
        }
      }
      clusters.put(
          cluster.name(),
          failure.<Inputs>map(Inputs.Refused::new).orElseGet(() -> new Inputs.Resolved(closures)));
    }
    return ApplicationClosures.of(clusters, footprints);
  }

  /** What would be read as an option, or as several values, is never sent to a cluster. */
  private static Optional<Failure> invalidArgument(List<SourceSpec> sources) {
    return sources.stream()
        .flatMap(source -> source.options().helm().problem().stream())
        .findFirst()
        .map(
            problem ->
                new Failure(
                    problem.code(),
                    problem.text() + ": correct the application in the fleet",
                    Failure.Stage.SOURCE,
                    Optional.empty()));
  }

  private ClosureResult answer(Definition definition, SourceQuery query, SourceTree tree) {
    try {
      return resolver.resolve(tree, query);
    } catch (MirrorException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // whatever this input does to the resolver, the other applications go on
      Failure failure =
          new Failure(
              "Unresolvable",
              "the inputs of %s at '%s' could not be found out: %s"
                  .formatted(definition.application(), query.path(), e),
              Failure.Stage.SOURCE,
              Optional.empty());
      return new ClosureResult.Refused(
          failure, new Footprint(Set.of(), Set.of(), Set.of(query.path())));
    }
  }
}
