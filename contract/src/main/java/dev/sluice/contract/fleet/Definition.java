package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An application as a fleet revision defines it, with all references resolved: selectors to
 * clusters, repositories to URLs.
 *
 * @param sources the sources of the manifests, at least one
 * @param clusters sorted by name
 * @param orphanOnRemoval leave the objects in the clusters when the application leaves the fleet
 * @param owner the repository whose partition owns the application, if that is not its first
 *     source's repository: the application was first defined with another first source, and its
 *     generations are counted there
 * @param remote the remote bases and charts that its inputs may use; empty for none
 * @param dependsOn the applications that must have reached a condition before something new is
 *     sent; absent if there are none, and in events of earlier versions. It is no part of a target,
 *     so a change of it sends nothing
 */
public record Definition(
    ApplicationName application,
    List<SourceSpec> sources,
    List<ClusterTarget> clusters,
    ApplicationSpec spec,
    boolean orphanOnRemoval,
    @JsonProperty("home") Optional<RepositoryId> owner,
    Optional<RemotePolicy> remote,
    Optional<List<Dependency>> dependsOn) {

  public Definition {
    sources = List.copyOf(sources);
    clusters = clusters.stream().sorted(Comparator.comparing(ClusterTarget::name)).toList();
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("application " + application + " has no source");
    }
    RepositoryId first = sources.getFirst().repository();
    owner = owner.filter(other -> !other.equals(first));
    remote = remote.filter(policy -> !policy.equals(RemotePolicy.NONE));
    dependsOn = dependsOn.map(List::copyOf).filter(list -> !list.isEmpty());
  }

  /**
   * Creates a definition that the first source's partition owns, that uses nothing remote, and that
   * depends on no other application.
   */
  public Definition(
      ApplicationName application,
      List<SourceSpec> sources,
      List<ClusterTarget> clusters,
      ApplicationSpec spec,
      boolean orphanOnRemoval) {
    this(
        application,
        sources,
        clusters,
        spec,
        orphanOnRemoval,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns this definition with the repository whose partition owns it. */
  public Definition withOwner(RepositoryId repository) {
    return new Definition(
        application,
        sources,
        clusters,
        spec,
        orphanOnRemoval,
        Optional.of(repository),
        remote,
        dependsOn);
  }

  /** Returns this definition for one of its clusters only. */
  public Definition in(ClusterTarget cluster) {
    return new Definition(
        application, sources, List.of(cluster), spec, orphanOnRemoval, owner, remote, dependsOn);
  }

  /** Returns this definition with the remote bases and charts that it may use. */
  public Definition withRemote(RemotePolicy policy) {
    return new Definition(
        application,
        sources,
        clusters,
        spec,
        orphanOnRemoval,
        owner,
        Optional.of(policy),
        dependsOn);
  }

  /** Returns this definition with the applications that it depends on. */
  public Definition withDependencies(List<Dependency> dependencies) {
    return new Definition(
        application,
        sources,
        clusters,
        spec,
        orphanOnRemoval,
        owner,
        remote,
        Optional.of(dependencies));
  }

  /** Returns the applications that this one depends on. */
  public List<Dependency> dependencies() {
    return dependsOn.orElse(List.of());
  }

  /** Returns this definition with other bounds. */
  public Definition in(Optional<Project> bounds) {
    return new Definition(
        application, sources, clusters, spec.in(bounds), orphanOnRemoval, owner, remote, dependsOn);
  }

  /** Returns the repository whose partition owns this application. */
  public RepositoryId owningRepository() {
    return owner.orElseGet(() -> sources.getFirst().repository());
  }
}
