package dev.sluice.inputs.affected;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.affected.Verdict.Effect;
import dev.sluice.inputs.closure.Closure;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.ClosureResult;
import dev.sluice.inputs.closure.SourceQuery;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.ClosureEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the inputs of applications between two trees of one repository. Inputs from other
 * repositories are assumed to be unchanged, and the refs that the sources follow are ignored.
 */
public final class Comparison {

  private record ResultKey(SourceQuery query, boolean after) {}

  private final RepositoryId repository;
  private final SourceTree before;
  private final SourceTree after;
  private final ClosureResolver resolver;
  private final Map<ResultKey, ClosureResult> results = new HashMap<>();

  public Comparison(
      RepositoryId repository, SourceTree before, SourceTree after, ClosureResolver resolver) {
    this.resolver = resolver;
    this.repository = repository;
    this.before = before;
    this.after = after;
  }

  /**
   * Returns a verdict for each cluster of an application; none if it does not read the repository.
   */
  public List<Verdict> of(Definition definition) {
    List<Verdict> verdicts = new ArrayList<>();
    for (ClusterTarget cluster : definition.clusters()) {
      List<SourceSpec> sources =
          definition.sources().stream().map(source -> source.in(cluster)).toList();
      List<SourceQuery> queries =
          sources.stream()
              .filter(source -> source.repository().equals(repository))
              .map(source -> SourceQuery.of(source, sources, definition))
              .toList();
      if (!queries.isEmpty()) {
        verdicts.add(verdict(definition, cluster, queries));
      }
    }
    return verdicts;
  }

  private Verdict verdict(Definition definition, ClusterTarget cluster, List<SourceQuery> queries) {
    Set<String> paths = new TreeSet<>();
    Set<String> warnings = new TreeSet<>();
    Optional<Failure> failedBefore = Optional.empty();
    Optional<Failure> failure = Optional.empty();
    boolean differs = false;
    for (SourceQuery query : queries) {
      ClosureResult from = resolve(query, before, false);
      ClosureResult to = resolve(query, after, true);
      failedBefore = failedBefore.or(() -> failure(from));
      failure = failure.or(() -> failure(to));
      if (to instanceof ClosureResult.Resolved(Closure closure, _)) {
        warnings.addAll(closure.warnings());
      }
      if (from instanceof ClosureResult.Resolved(Closure old, _)
          && to instanceof ClosureResult.Resolved(Closure now, _)) {
        differs |= !old.digest().equals(now.digest());
        paths.addAll(difference(old, now));
      }
    }
    Effect effect =
        failure.isPresent()
            ? Effect.REFUSED
            : differs || failedBefore.isPresent() ? Effect.AFFECTED : Effect.UNAFFECTED;
    return new Verdict(
        definition.application(),
        cluster.name(),
        effect,
        List.copyOf(paths),
        failure,
        failedBefore,
        List.copyOf(warnings));
  }

  private ClosureResult resolve(SourceQuery query, SourceTree tree, boolean isAfter) {
    return results.computeIfAbsent(
        new ResultKey(query, isAfter), _ -> resolver.resolve(tree, query));
  }

  private static Optional<Failure> failure(ClosureResult result) {
    return result instanceof ClosureResult.Refused refused
        ? Optional.of(refused.failure())
        : Optional.empty();
  }

  /** Returns the paths of the entries that differ or are in only one of the closures. */
  private static Set<String> difference(Closure one, Closure other) {
    Set<String> paths = new TreeSet<>();
    collect(one, other, paths);
    collect(other, one, paths);
    return paths;
  }

  private static void collect(Closure of, Closure without, Set<String> paths) {
    Map<String, ClosureEntry> others = new HashMap<>();
    without.entries().forEach(entry -> others.put(entry.path(), entry));
    for (ClosureEntry entry : of.entries()) {
      if (!entry.equals(others.get(entry.path()))) {
        paths.add(entry.path());
      }
    }
  }
}
