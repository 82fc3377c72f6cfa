package dev.sluice.standalone.local;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.inputs.git.LargeFile;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;

/**
 * Remotes that send no credentials: a change under check may state both a credential of this
 * machine and the server that it is sent to.
 */
final class AnonymousRemotes implements Remotes {

  private final Remotes remotes;

  AnonymousRemotes(Remotes remotes) {
    this.remotes = remotes;
  }

  @Override
  public Base base(RemotePolicy.Base repository, String ref) throws RemoteException {
    requireAnonymous(repository);
    return remotes.base(repository, ref);
  }

  @Override
  public SourceTree chart(RemotePolicy.Charts repository, String name, String version)
      throws RemoteException {
    require(repository.credentials().isEmpty(), repository.url());
    return remotes.chart(repository, name, version);
  }

  @Override
  public void requireLargeFile(RemotePolicy.Base repository, LargeFile file)
      throws RemoteException {
    requireAnonymous(repository);
    remotes.requireLargeFile(repository, file);
  }

  @Override
  public byte[] largeFile(RemotePolicy.Base repository, LargeFile file) throws RemoteException {
    requireAnonymous(repository);
    return remotes.largeFile(repository, file);
  }

  private static void requireAnonymous(RemotePolicy.Base repository) throws RemoteException {
    require(
        repository.credentials().isEmpty()
            && repository.ssh().isEmpty()
            && repository.https().isEmpty()
            && repository.url().startsWith("https://"),
        repository.repository().value());
  }

  private static void require(boolean isAnonymous, String what) throws RemoteException {
    if (!isAnonymous) {
      throw new RemoteException(
          SourceFailure.REMOTE_UNREACHABLE,
          "%s needs credentials or other access that the fleet states, which is used with --fetch only: give it if the change of the fleet is trusted"
              .formatted(what));
    }
  }
}
