package dev.sluice.inputs.closure;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.closure.ApplicationClosures.SourceClosure;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.Footprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Resolves the inputs of an application in each of its clusters, with placeholders filled in.
 * Sources that are equal in several clusters are resolved once. Pure and stateless.
 */
public final class DefinitionResolver {

  private final ClosureResolver resolver;

  public DefinitionResolver(ClosureResolver resolver) {
    this.resolver = resolver;
  }

  /**
   * Resolves all sources for all clusters.
   *
   * @param trees returns the files of a source of the definition (with placeholders)
   */
  public ApplicationClosures resolve(
      Definition definition, Function<SourceSpec, SourceTree> trees) {
    Map<SourceQuery, ClosureResult> results = new HashMap<>();
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
        ClosureResult result = results.get(query);
        if (result == null) {
          result = resolve(definition, query, trees.apply(definition.sources().get(i)));
          results.put(query, result);
        }
        footprints.get(i).add(result.footprint());
        switch (result) {
          case ClosureResult.Resolved resolved ->
              closures.add(new SourceClosure(source, resolved.closure(), resolved.tree()));
          case ClosureResult.Refused refused -> {
            failure = failure.or(() -> Optional.of(refused.failure()));
            // the objects that it may render to depend on all files there
            footprints.get(i).add(new Footprint(Set.of(), Set.of(), Set.of(query.path())));
          }
        }
      }
      if (failure.isEmpty() && bytes(closures) > ClosureLimits.DEFAULT.maxBytes()) {
        failure = Optional.of(tooLarge(bytes(closures)));
        for (int i = 0; i < sources.size(); i++) {
          footprints.get(i).add(new Footprint(Set.of(), Set.of(), Set.of(sources.get(i).path())));
        }
      }
      clusters.put(
          cluster.name(),
          failure.<Inputs>map(Inputs.Refused::new).orElseGet(() -> new Inputs.Resolved(closures)));
    }
    return ApplicationClosures.of(clusters, footprints);
  }

  private static long bytes(List<SourceClosure> closures) {
    return closures.stream().mapToLong(each -> each.closure().bytes()).sum();
  }

  private static Failure tooLarge(long bytes) {
    return new Failure(
        SourceFailure.TOO_LARGE,
        "the inputs of all sources are larger than %d bytes (%d together): split the application"
            .formatted(ClosureLimits.DEFAULT.maxBytes(), bytes),
        Failure.Stage.SOURCE,
        Optional.empty());
  }

  /**
   * Returns a failure if a value could be taken for an option or for several values; such values
   * are never sent to a cluster.
   */
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

  private ClosureResult resolve(Definition definition, SourceQuery query, SourceTree tree) {
    try {
      return resolver.resolve(tree, query);
    } catch (MirrorException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // a bug that this input triggers must not affect other applications
      Failure failure =
          new Failure(
              SourceFailure.UNRESOLVABLE,
              "the inputs of %s at '%s' could not be found out: %s"
                  .formatted(definition.application(), query.path(), e),
              Failure.Stage.SOURCE,
              Optional.empty());
      return new ClosureResult.Refused(
          failure, new Footprint(Set.of(), Set.of(), Set.of(query.path())));
    }
  }
}
