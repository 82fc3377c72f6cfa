package dev.sluice.dispatcher.generate;

import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;

/** Ref of a repository that generators of ApplicationSets, or FleetIncludes, read. */
public record GeneratorSource(RemotePolicy.Base repository, GitRef ref) {

  /** Returns the ref of a repository of the fleet. */
  public static GeneratorSource of(FleetRepository repository, GitRef ref) {
    return new GeneratorSource(
        new RemotePolicy.Base(
            repository.id(),
            repository.url(),
            repository.credentials(),
            repository.ssh(),
            repository.https(),
            repository.forge()),
        ref);
  }

  @Override
  public String toString() {
    return repository.repository() + " at " + ref.branchName().orElse(ref.value());
  }
}
