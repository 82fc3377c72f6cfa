package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.inputs.walk.RemoteException;
import java.util.Optional;

/** Downloads the archives of charts, from HTTP repositories and OCI registries. */
final class ChartDownloads implements AutoCloseable {

  private final Downloads downloads = new Downloads();

  /** Returns the archive of a chart, verified by the repository's digest. */
  byte[] archive(RemotePolicy.Charts repository, ChartId chart) throws RemoteException {
    Optional<String> secret = secret(repository);
    try {
      return OciRegistry.is(repository.url())
          ? new OciRegistry(downloads, repository.url(), secret).archive(chart)
          : new ChartRepository(downloads, repository.url(), secret).archive(chart);
    } catch (IllegalArgumentException e) {
      throw new RemoteException(
          SourceFailure.REMOTE_INVALID,
          "there is no host and path for %s: correct its name or repository".formatted(chart));
    }
  }

  /** Reads the secret at each call, because it may have been rotated. */
  private static Optional<String> secret(RemotePolicy.Charts repository) throws RemoteException {
    try {
      return repository.credentials().map(SecretReference::resolve);
    } catch (IllegalStateException e) {
      throw new RemoteException(
          SourceFailure.REMOTE_UNREACHABLE, "%s: %s".formatted(repository.url(), e.getMessage()));
    }
  }

  @Override
  public void close() {
    downloads.close();
  }
}
