package dev.sluice.contract.fleet;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An application as a fleet revision defines it, everything resolved: selectors to clusters,
 * repositories to URLs.
 *
 * @param clusters sorted by name
 * @param orphanOnRemoval leave the objects in the clusters when the application leaves the fleet
 * @param home the repository whose home decides about the application, where that is not its first
 *     source's: it was first defined with another one, and its generations are counted there
 * @param remote what its inputs may take from elsewhere; empty if nothing
 */
public record Definition(
    ApplicationName application,
    List<SourceSpec> sources,
    List<ClusterTarget> clusters,
    ApplicationSpec spec,
    boolean orphanOnRemoval,
    Optional<RepositoryId> home,
    Optional<RemotePolicy> remote) {

  public Definition {
    sources = List.copyOf(sources);
    clusters = clusters.stream().sorted(Comparator.comparing(ClusterTarget::name)).toList();
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("application " + application + " has no source");
    }
    RepositoryId first = sources.getFirst().repository();
    home = home.filter(other -> !other.equals(first));
    remote = remote.filter(policy -> !policy.equals(RemotePolicy.NONE));
  }

  /** An application at its first source's home that takes nothing from elsewhere. */
  public Definition(
      ApplicationName application,
      List<SourceSpec> sources,
      List<ClusterTarget> clusters,
      ApplicationSpec spec,
      boolean orphanOnRemoval) {
    this(application, sources, clusters, spec, orphanOnRemoval, Optional.empty(), Optional.empty());
  }

  /** The same, decided about at the home of this repository. */
  public Definition withHome(RepositoryId repository) {
    return new Definition(
        application, sources, clusters, spec, orphanOnRemoval, Optional.of(repository), remote);
  }

  /** The same for one of its clusters alone. */
  public Definition in(ClusterTarget cluster) {
    return new Definition(
        application, sources, List.of(cluster), spec, orphanOnRemoval, home, remote);
  }

  /** The same, allowed to take this from elsewhere. */
  public Definition withRemote(RemotePolicy policy) {
    return new Definition(
        application, sources, clusters, spec, orphanOnRemoval, home, Optional.of(policy));
  }

  /** The repository whose home decides about this application. */
  public RepositoryId homeRepository() {
    return home.orElseGet(() -> sources.getFirst().repository());
  }
}
