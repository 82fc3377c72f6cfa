package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;

/** Ref of a repository; key of a ref queue. */
public record RefKey(RepositoryId repository, GitRef ref) {

  public static RefKey of(SourceSpec source) {
    return new RefKey(source.repository(), source.ref());
  }

  static RefKey of(RefState state) {
    return new RefKey(state.repository(), state.ref());
  }

  @Override
  public String toString() {
    return repository + "#" + ref;
  }
}
