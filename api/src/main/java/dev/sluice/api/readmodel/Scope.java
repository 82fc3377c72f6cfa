package dev.sluice.api.readmodel;

import java.util.List;

/**
 * What part of the fleet someone may see, or asks about: globs of names, of which one has to match;
 * none means all. {@code *} and {@code ?} as usual.
 */
public record Scope(List<String> applications, List<String> clusters) {

  public static final Scope ALL = new Scope(List.of(), List.of());

  public Scope {
    applications = List.copyOf(applications);
    clusters = List.copyOf(clusters);
  }

  /** Whether it takes in everything. */
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
