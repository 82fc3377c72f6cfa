package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.LargeFile;
import dev.sluice.inputs.git.LargeFiles;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Fetches remote bases, charts and files of Git LFS when they are first requested, and keeps them
 * permanently.
 */
public final class FetchedRemotes implements Remotes, AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Mirrors mirrors;
  private final ChartStore charts;
  private final ChartDownloads downloads;
  private final Fetches fetches;

  private FetchedRemotes(
      Mirrors mirrors, ChartStore charts, ChartDownloads downloads, Fetches fetches) {
    this.mirrors = mirrors;
    this.charts = charts;
    this.downloads = downloads;
    this.fetches = fetches;
  }

  /**
   * Creates remotes in a directory of mirrors, with charts in its subdirectory {@code charts}.
   *
   * @param mirrors the mirrors in that directory; not closed by {@link #close}
   */
  public static FetchedRemotes within(Path directory, Mirrors mirrors, Clock clock) {
    return within(directory, mirrors, PATIENCE, clock);
  }

  /**
   * Creates remotes with another waiting time.
   *
   * @param patience how long a request waits for a fetch that has not failed before
   */
  public static FetchedRemotes within(
      Path directory, Mirrors mirrors, Duration patience, Clock clock) {
    ChartStore charts = new ChartStore(directory.resolve("charts"));
    ChartDownloads downloads = new ChartDownloads(directory, clock);
    return new FetchedRemotes(mirrors, charts, downloads, new Fetches(patience, clock));
  }

  @Override
  public Base base(RemotePolicy.Base repository, String ref) throws RemoteException {
    try {
      return mirrored(repository, ref);
    } catch (MirrorException e) {
      throw new RemoteException(SourceFailure.REMOTE_UNREACHABLE, String.valueOf(e.getMessage()));
    }
  }

  private Base mirrored(RemotePolicy.Base repository, String ref) throws RemoteException {
    Optional<CommitId> here = mirrors.pinned(repository.repository(), ref);
    if (here.isEmpty()) {
      fetches.require(List.of(repository, ref), () -> fetch(repository, ref));
      here = mirrors.pinned(repository.repository(), ref);
    }
    CommitId commit = here.orElseThrow();
    return new Base(commit, mirrors.tree(repository.repository(), commit));
  }

  @Override
  public SourceTree chart(RemotePolicy.Charts repository, String name, String version)
      throws RemoteException {
    ChartId chart = new ChartId(repository.url(), name, version);
    Optional<ChartFiles> here = charts.find(chart);
    if (here.isEmpty()) {
      fetches.require(
          List.of(repository, chart),
          () -> charts.put(chart, downloads.archive(repository, chart)));
      here = charts.find(chart);
    }
    return here.orElseThrow(
        () ->
            new RemoteException(
                SourceFailure.REMOTE_UNREACHABLE, "%s cannot be read from disk".formatted(chart)));
  }

  @Override
  public void requireLargeFile(RemotePolicy.Base repository, LargeFile file)
      throws RemoteException {
    LargeFiles files = mirrors.largeFiles();
    if (!files.has(repository.repository(), file)) {
      fetches.require(List.of(repository, file), () -> fetch(files, repository, file));
    }
  }

  @Override
  public byte[] largeFile(RemotePolicy.Base repository, LargeFile file) throws RemoteException {
    LargeFiles files = mirrors.largeFiles();
    Optional<byte[]> here = files.find(repository.repository(), file);
    if (here.isEmpty()) {
      fetches.require(List.of(repository, file), () -> fetch(files, repository, file));
      here = files.find(repository.repository(), file);
    }
    return here.orElseThrow(
        () ->
            new RemoteException(
                SourceFailure.REMOTE_UNREACHABLE,
                "%s cannot be read from disk".formatted(file.oid())));
  }

  private static void fetch(LargeFiles files, RemotePolicy.Base repository, LargeFile file)
      throws RemoteException {
    Optional<FetchOutcome.Failed> failed = files.fetch(repository, file);
    if (failed.isPresent()) {
      throw new RemoteException(code(failed.get()), failed.get().reason());
    }
  }

  /** Returns the code, one that is retried for whatever is wrong with the access. */
  private static FailureCode code(FetchOutcome.Failed failed) {
    return failed.code() == SourceFailure.REMOTE_MISSING
            || failed.code() == SourceFailure.REMOTE_INVALID
        ? failed.code()
        : SourceFailure.REMOTE_UNREACHABLE;
  }

  private void fetch(RemotePolicy.Base repository, String ref) throws RemoteException {
    switch (mirrors.fetchPinned(repository, ref)) {
      case FetchOutcome.At _ -> {}
      case FetchOutcome.Gone _, FetchOutcome.NotYet _ ->
          throw new RemoteException(
              SourceFailure.REMOTE_MISSING,
              "%s has no tag '%s': name a tag, or a commit by its full id, since a branch moves"
                  .formatted(repository.repository(), ref));
      case FetchOutcome.Failed failed ->
          throw new RemoteException(SourceFailure.REMOTE_UNREACHABLE, failed.reason());
    }
  }

  @Override
  public void close() {
    fetches.close();
    downloads.close();
  }
}
