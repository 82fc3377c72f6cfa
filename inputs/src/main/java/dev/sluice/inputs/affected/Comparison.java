package dev.sluice.inputs.affected;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ClusterName;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

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
   * Returns a verdict for each cluster of an application; none if nothing of it differs and it does
   * not read the repository.
   *
   * @param old the definition before the change; empty if the fleet did not have it
   * @param now the definition after the change; empty if the fleet no longer has it
   */
  public List<Verdict> of(Optional<Definition> old, Optional<Definition> now) {
    Set<ClusterName> clusters = new TreeSet<>();
    Stream.of(old, now)
        .flatMap(Optional::stream)
        .forEach(one -> one.clusters().forEach(cluster -> clusters.add(cluster.name())));
    return clusters.stream()
        .flatMap(
            cluster ->
                verdict(
                    cluster,
                    old.flatMap(one -> in(cluster, one)),
                    now.flatMap(one -> in(cluster, one)))
                    .stream())
        .toList();
  }

  private static Optional<Definition> in(ClusterName cluster, Definition definition) {
    return definition.clusters().stream()
        .filter(one -> one.name().equals(cluster))
        .findFirst()
        .map(definition::in);
  }

  /** Returns the verdict about definitions of one cluster. */
  private Optional<Verdict> verdict(
      ClusterName cluster, Optional<Definition> old, Optional<Definition> now) {
    Inputs from = inputs(old, before, false);
    Inputs to = inputs(now, after, true);
    boolean isDifferent = !old.equals(now);
    if (!isDifferent && to.closures.isEmpty() && to.failure.isEmpty()) {
      return Optional.empty();
    }
    boolean areBoth = old.isPresent() && now.isPresent();
    return Optional.of(
        new Verdict(
            now.or(() -> old).orElseThrow().application(),
            cluster,
            effect(old, now, from, to),
            areBoth && isDifferent,
            areBoth && from.failure.isEmpty() && to.failure.isEmpty()
                ? List.copyOf(difference(from, to))
                : List.of(),
            to.failure,
            from.failure,
            List.copyOf(to.warnings)));
  }

  private static Effect effect(
      Optional<Definition> old, Optional<Definition> now, Inputs from, Inputs to) {
    if (now.isEmpty()) {
      return Effect.REMOVED;
    }
    if (to.failure.isPresent()) {
      return Effect.REFUSED;
    }
    if (old.isEmpty()) {
      return Effect.ADDED;
    }
    boolean differs =
        !old.equals(now) || from.failure.isPresent() || !from.digests().equals(to.digests());
    return differs ? Effect.AFFECTED : Effect.UNAFFECTED;
  }

  /** Inputs of an application in a cluster that are in the compared repository. */
  private static final class Inputs {
    private final List<Closure> closures = new ArrayList<>();
    private final Set<String> warnings = new TreeSet<>();
    private Optional<Failure> failure = Optional.empty();

    List<String> digests() {
      return closures.stream().map(Closure::digest).toList();
    }

    Map<String, ClosureEntry> entries() {
      Map<String, ClosureEntry> entries = new TreeMap<>();
      closures.forEach(
          closure -> closure.entries().forEach(entry -> entries.put(entry.path(), entry)));
      return entries;
    }
  }

  /** Returns the inputs by a definition of one cluster; none without a definition. */
  private Inputs inputs(Optional<Definition> definition, SourceTree tree, boolean isAfter) {
    Inputs inputs = new Inputs();
    for (SourceQuery query : definition.map(this::queries).orElse(List.of())) {
      switch (resolve(query, tree, isAfter)) {
        case ClosureResult.Resolved(Closure closure, _) -> {
          inputs.closures.add(closure);
          inputs.warnings.addAll(closure.warnings());
        }
        case ClosureResult.Refused refused ->
            inputs.failure = inputs.failure.or(() -> Optional.of(refused.failure()));
      }
    }
    return inputs;
  }

  private List<SourceQuery> queries(Definition definition) {
    ClusterTarget cluster = definition.clusters().getFirst();
    List<SourceSpec> sources =
        definition.sources().stream().map(source -> source.in(cluster)).toList();
    return sources.stream()
        .filter(source -> source.repository().equals(repository))
        .map(source -> SourceQuery.of(source, sources, definition))
        .toList();
  }

  private ClosureResult resolve(SourceQuery query, SourceTree tree, boolean isAfter) {
    return results.computeIfAbsent(
        new ResultKey(query, isAfter), _ -> resolver.resolve(tree, query));
  }

  /** Returns the paths of the entries that differ or are on one side only. */
  private static Set<String> difference(Inputs from, Inputs to) {
    Map<String, ClosureEntry> before = from.entries();
    Map<String, ClosureEntry> after = to.entries();
    Set<String> paths = new TreeSet<>(before.keySet());
    paths.addAll(after.keySet());
    paths.removeIf(path -> Objects.equals(before.get(path), after.get(path)));
    return paths;
  }
}
