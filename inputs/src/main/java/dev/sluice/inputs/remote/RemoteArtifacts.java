package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.GitRef;
import dev.sluice.inputs.git.Artifacts;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.walk.RemoteException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** Downloads charts of HTTP repositories, and charts and other artifacts of OCI registries. */
public final class RemoteArtifacts implements Artifacts {

  private final Downloads downloads = new Downloads();
  private final ChartIndexes indexes;
  private final Refusals refusals;

  /** A kind of repositories of artifacts. */
  interface Client {

    /** Returns what a ref has. */
    Found find(GitRef ref, Optional<String> known) throws RemoteException;

    /** Returns the names of all versions. */
    Set<String> versions() throws RemoteException;
  }

  /** A request to a repository. */
  private interface Call<T> {
    T to(Client client) throws RemoteException;
  }

  /**
   * Creates a client without connections.
   *
   * @param directory the directory of mirrors, where indexes of charts are while they are read
   */
  public RemoteArtifacts(Path directory, Clock clock) {
    this.indexes = new ChartIndexes(downloads, directory, clock);
    this.refusals = new Refusals(clock);
  }

  @Override
  public Found find(Place place, GitRef ref, Optional<String> known) {
    try {
      return called(place, client -> client.find(ref, known));
    } catch (RemoteException e) {
      return new Found.Failed(failure(place, e));
    }
  }

  @Override
  public Listing versions(Place place) {
    try {
      return new Listing.Versions(called(place, Client::versions));
    } catch (RemoteException e) {
      return new Listing.Failed(failure(place, e));
    }
  }

  private <T> T called(Place place, Call<T> call) throws RemoteException {
    Optional<String> secret = secret(place);
    try {
      return call.to(
          place
              .artifact()
              .chart()
              .<Client>map(
                  chart ->
                      new PublishedChart(
                          new ChartRepository(downloads, indexes, place.url(), secret),
                          refusals,
                          place,
                          chart))
              .orElseGet(
                  () ->
                      new PublishedArtifact(
                          new OciRepository(downloads, place.url(), secret), refusals, place)));
    } catch (IllegalArgumentException e) {
      throw new RemoteException(
          SourceFailure.REPOSITORY_NOT_FOUND,
          "there is no host and path in the URL of %s: correct it".formatted(place.repository()));
    }
  }

  /** Reads the secret at each call, because it may have been rotated. */
  private static Optional<String> secret(Place place) throws RemoteException {
    try {
      return place.credentials().map(SecretReference::resolve);
    } catch (IllegalStateException e) {
      throw new RemoteException(SourceFailure.CREDENTIALS_MISSING, String.valueOf(e.getMessage()));
    }
  }

  private static FetchOutcome.Failed failure(Place place, RemoteException error) {
    FailureCode code =
        error.code() == SourceFailure.CREDENTIALS_REFUSED && place.credentials().isEmpty()
            ? SourceFailure.CREDENTIALS_MISSING
            : error.code();
    return new FetchOutcome.Failed(
        code,
        "%s: %s".formatted(place.repository(), error.getMessage()),
        code == SourceFailure.REMOTE_UNREACHABLE);
  }

  /** Returns a text of a publisher as one line of a commit's message. */
  static String line(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.substring(0, Math.min(line.length(), 200));
  }

  /** Returns the failure of a ref that a repository cannot have. */
  static RemoteException noVersion(GitRef ref) {
    return new RemoteException(
        SourceFailure.VERSION_MISSING,
        "'%s' is no version: name one as 'version' of the source in the fleet".formatted(ref));
  }

  @Override
  public void close() {
    downloads.close();
  }
}
