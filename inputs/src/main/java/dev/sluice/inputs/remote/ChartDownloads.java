package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.inputs.walk.RemoteException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** Downloads the archives of charts, from HTTP repositories and OCI registries. */
final class ChartDownloads implements AutoCloseable {

  private final Downloads downloads = new Downloads();
  private final ChartIndexes indexes;

  /**
   * Creates a client without connections.
   *
   * @param directory the directory of mirrors, where indexes are while they are read
   */
  ChartDownloads(Path directory, Clock clock) {
    this.indexes = new ChartIndexes(downloads, directory, clock);
  }

  /** Returns the archive of a chart, verified by the repository's digest. */
  byte[] archive(RemotePolicy.Charts repository, ChartId chart) throws RemoteException {
    Optional<String> secret = secret(repository);
    try {
      return repository.url().startsWith(Artifact.OCI)
          ? ofRegistry(repository.url(), secret, chart)
          : new ChartRepository(downloads, indexes, repository.url(), secret).archive(chart);
    } catch (RemoteException e) {
      throw new RemoteException(ofDependency(e), String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new RemoteException(
          SourceFailure.REMOTE_INVALID,
          "there is no host and path for %s: correct its name or repository".formatted(chart));
    }
  }

  private byte[] ofRegistry(String url, Optional<String> secret, ChartId chart)
      throws RemoteException {
    OciRepository repository = new OciRepository(downloads, url + "/" + chart.name(), secret);
    OciManifest manifest = repository.manifest(OciRepository.tag(chart.version()));
    return repository.content(
        manifest.digestOf(OciManifest.Kind.CHART).orElseThrow(() -> noChart(chart)), manifest);
  }

  private static RemoteException noChart(ChartId chart) {
    return new RemoteException(
        SourceFailure.REMOTE_INVALID,
        "what the registry has for %s is no Helm chart".formatted(chart));
  }

  /** Returns the code of a chart that others depend on: one that is retried, or another one. */
  private static SourceFailure ofDependency(RemoteException failure) {
    return switch (failure.code()) {
      case SourceFailure.REMOTE_UNREACHABLE,
          SourceFailure.CREDENTIALS_REFUSED,
          SourceFailure.ACCESS_DENIED ->
          SourceFailure.REMOTE_UNREACHABLE;
      case SourceFailure.REMOTE_MISSING,
          SourceFailure.CHART_MISSING,
          SourceFailure.VERSION_MISSING ->
          SourceFailure.REMOTE_MISSING;
      default -> SourceFailure.REMOTE_INVALID;
    };
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
