package dev.sluice.dispatcher.generate;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;

/** Ref of a repository that generators read. */
public record GeneratorSource(RemotePolicy.Base repository, GitRef ref) {

  @Override
  public String toString() {
    return repository.repository() + " at " + ref.branchName().orElse(ref.value());
  }
}
