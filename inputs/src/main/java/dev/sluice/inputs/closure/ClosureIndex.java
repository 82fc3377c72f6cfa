package dev.sluice.inputs.closure;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.walk.Footprint;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Index from paths to the applications that depend on them. The cost of a query depends on the size
 * of the change, not on the number of applications. Safe for concurrent use.
 */
public final class ClosureIndex {

  private record Scope(RepositoryId repository, GitRef ref) {}

  private record Source(ApplicationName application, int index) {}

  private record Placed(Scope scope, Footprint footprint) {}

  /** The sources that depend on a path itself, and those that depend on everything under it. */
  private static final class Paths {
    private final Map<String, Set<Source>> exact = new HashMap<>();
    private final Map<String, Set<Source>> under = new HashMap<>();

    boolean isEmpty() {
      return exact.isEmpty() && under.isEmpty();
    }
  }

  private final Map<Scope, Paths> scopes = new HashMap<>();
  private final Map<ApplicationName, Map<Integer, Placed>> placed = new HashMap<>();

  /** Replaces the footprint of a source. */
  public synchronized void put(
      ApplicationName application,
      int sourceIndex,
      RepositoryId repository,
      GitRef ref,
      Footprint footprint) {
    Map<Integer, Placed> sources = placed.computeIfAbsent(application, _ -> new HashMap<>());
    Source source = new Source(application, sourceIndex);
    Placed now = new Placed(new Scope(repository, ref), footprint);
    Placed before = sources.put(sourceIndex, now);
    if (now.equals(before)) {
      return;
    }
    if (before != null) {
      take(source, before);
    }
    Paths paths = scopes.computeIfAbsent(now.scope(), _ -> new Paths());
    forEachKey(
        footprint,
        path -> paths.exact.computeIfAbsent(path, _ -> new HashSet<>()).add(source),
        path -> paths.under.computeIfAbsent(path, _ -> new HashSet<>()).add(source));
  }

  /** Removes all sources of an application. */
  public synchronized void remove(ApplicationName application) {
    Map<Integer, Placed> sources = placed.remove(application);
    if (sources != null) {
      sources.forEach((index, before) -> take(new Source(application, index), before));
    }
  }

  /**
   * Returns the applications whose inputs may differ after a change: all those whose closure or
   * refusal changes, and possibly others.
   */
  public synchronized Set<ApplicationName> candidates(
      RepositoryId repository, GitRef ref, Set<String> changedPaths) {
    Set<ApplicationName> found = new TreeSet<>();
    Paths paths = scopes.get(new Scope(repository, ref));
    if (paths == null) {
      return found;
    }
    Set<String> walked = new HashSet<>();
    for (String changed : changedPaths) {
      collect(paths.exact.get(changed), found);
      String above = changed;
      while (walked.add(above)) {
        collect(paths.under.get(above), found);
        above = above.substring(0, Math.max(0, above.lastIndexOf('/')));
      }
    }
    return found;
  }

  private static void collect(@Nullable Collection<Source> sources, Set<ApplicationName> found) {
    if (sources != null) {
      sources.forEach(source -> found.add(source.application()));
    }
  }

  private void take(Source source, Placed before) {
    Paths paths = scopes.get(before.scope());
    if (paths == null) {
      return;
    }
    forEachKey(
        before.footprint(),
        path -> drop(paths.exact, path, source),
        path -> drop(paths.under, path, source));
    if (paths.isEmpty()) {
      scopes.remove(before.scope());
    }
  }

  private static void drop(Map<String, Set<Source>> keys, String path, Source source) {
    keys.computeIfPresent(
        path,
        (_, sources) -> {
          sources.remove(source);
          return sources.isEmpty() ? null : sources;
        });
  }

  /**
   * Passes on the index keys of a footprint. An absent path can appear as a file, as a directory
   * with files in it, or because a parent becomes a symbolic link; the last is a change of the
   * parent's path.
   */
  private static void forEachKey(
      Footprint footprint, Consumer<String> exact, Consumer<String> under) {
    footprint.present().forEach(exact);
    footprint.watched().forEach(under);
    Set<String> parents = new HashSet<>();
    for (String path : footprint.absent()) {
      under.accept(path);
      int slash = path.lastIndexOf('/');
      while (slash > 0 && parents.add(path.substring(0, slash))) {
        slash = path.lastIndexOf('/', slash - 1);
      }
    }
    parents.forEach(exact);
  }
}
