package dev.sluice.api.readmodel;

import dev.sluice.contract.fleet.Definition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Part of the fleet that a caller may see or selects: globs with {@code *} and {@code ?}, one of
 * which has to match; an empty list matches every name.
 */
public record Scope(List<String> applications, List<String> clusters) {

  public static final Scope ALL = new Scope(List.of(), List.of());

  public Scope {
    applications = List.copyOf(applications);
    clusters = List.copyOf(clusters);
  }

  /** Returns whether it includes everything. */
  public boolean isAll() {
    return applications.isEmpty() && clusters.isEmpty();
  }

  public boolean includesApplication(String application) {
    return applications.isEmpty()
        || applications.stream().anyMatch(glob -> matches(glob, application));
  }

  public boolean includesCluster(String cluster) {
    return clusters.isEmpty() || clusters.stream().anyMatch(glob -> matches(glob, cluster));
  }

  private static boolean matches(String glob, String name) {
    return name.matches(glob.replace(".", "\\.").replace("*", ".*").replace("?", "."));
  }

  /** Returns the names of applications and clusters, other than globs, that these do not have. */
  public List<String> absent(List<Definition> definitions) {
    Set<String> known = new HashSet<>();
    for (Definition definition : definitions) {
      known.add(definition.application().value());
      definition.clusters().forEach(cluster -> known.add(cluster.name().value()));
    }
    return Stream.concat(applications.stream(), clusters.stream())
        .filter(name -> name.indexOf('*') < 0 && name.indexOf('?') < 0 && !known.contains(name))
        .toList();
  }
}
