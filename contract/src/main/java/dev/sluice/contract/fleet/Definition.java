package dev.sluice.contract.fleet;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import java.util.Comparator;
import java.util.List;

/**
 * An application as a fleet revision defines it, everything resolved: selectors to clusters,
 * repositories to URLs.
 *
 * @param clusters sorted by name
 * @param orphanOnRemoval leave the objects in the clusters when the application leaves the fleet
 */
public record Definition(
    ApplicationName application,
    List<SourceSpec> sources,
    List<ClusterTarget> clusters,
    ApplicationSpec spec,
    boolean orphanOnRemoval) {

  public Definition {
    sources = List.copyOf(sources);
    clusters = clusters.stream().sorted(Comparator.comparing(ClusterTarget::name)).toList();
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("application " + application + " has no source");
    }
  }

  /** The repository whose home decides about this application. */
  public RepositoryId homeRepository() {
    return sources.getFirst().repository();
  }
}
