package dev.sluice.api.readmodel;

import java.util.List;

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
}
