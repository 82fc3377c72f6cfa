package dev.sluice.inputs.git;

import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.DirectoryLock;
import dev.sluice.platform.process.PartDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Bare mirrors of repositories under one directory. Safe for concurrent use: one fetch at a time
 * for each repository, reads at any time.
 */
public final class Mirrors implements Repositories, AutoCloseable {

  private final OpenMirrors mirrors;
  private final MirroredCommits commits;
  private final Optional<DirectoryLock> lock;

  /**
   * Creates mirrors of Git repositories without limits under a directory that other processes may
   * use too.
   */
  public Mirrors(Path directory, Clock clock) {
    this(directory, Artifacts.NONE, clock);
  }

  /**
   * Creates mirrors without limits under a directory that other processes may use too.
   *
   * @param artifacts downloads the artifacts that are mirrored; closed with the mirrors
   */
  public Mirrors(Path directory, Artifacts artifacts, Clock clock) {
    this(directory, MirrorLimits.NONE, artifacts, Optional.empty(), clock);
  }

  private Mirrors(
      Path directory,
      MirrorLimits limits,
      Artifacts artifacts,
      Optional<DirectoryLock> lock,
      Clock clock) {
    IsolatedSystemReader.install();
    this.mirrors = new OpenMirrors(directory, limits, artifacts, clock);
    this.commits = new MirroredCommits(mirrors);
    this.lock = lock;
  }

  /**
   * Creates mirrors under a directory that this process locks for itself; leftovers of a killed
   * process are removed.
   *
   * @param artifacts downloads the artifacts that are mirrored; closed with the mirrors
   * @throws MirrorException if another process has the directory, or it cannot be written
   */
  public static Mirrors owning(
      Path directory, MirrorLimits limits, Artifacts artifacts, Clock clock) {
    try {
      PartDirectory.create(directory);
      DirectoryLock lock =
          DirectoryLock.take(directory)
              .orElseThrow(
                  () ->
                      new IOException(
                          "another process uses it%s, or nothing can be locked there; give each dispatcher a directory of its own"
                              .formatted(
                                  DirectoryLock.holder(directory)
                                      .map(" (process %d)"::formatted)
                                      .orElse(""))));
      LeftOvers.remove(directory);
      return new Mirrors(directory, limits, artifacts, Optional.of(lock), clock);
    } catch (IOException e) {
      throw new MirrorException(
          "the mirrors cannot be kept in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  @Override
  public FetchOutcome fetchRef(SourceSpec source, GitRef ref, Optional<CommitId> expected) {
    return fetch(source.repository(), Remote.of(source), ref, expected);
  }

  /**
   * Fetches a ref of a repository; blocks on the network.
   *
   * @param ref which is not a range of versions
   * @param expected as in {@link Repositories#fetch}
   */
  public FetchOutcome fetch(RemotePolicy.Base repository, GitRef ref, Optional<CommitId> expected) {
    return fetch(repository.repository(), Remote.of(repository), ref, expected);
  }

  private FetchOutcome fetch(
      RepositoryId repository, Remote remote, GitRef ref, Optional<CommitId> expected) {
    return fetched(
        repository,
        expected,
        mirror ->
            mirror.observe(remote, ref, expected.filter(ObjectIds::isSha1).map(ObjectIds::of)));
  }

  /** Fetches, unless there is no space for another mirror. */
  private FetchOutcome fetched(
      RepositoryId repository,
      Optional<CommitId> expected,
      Function<Mirror, RefObservation.Shown> fetch) {
    Optional<FetchOutcome.Failed> noSpace = mirrors.noSpace(repository);
    if (noSpace.isPresent()) {
      return noSpace.get();
    }
    Mirror mirror = mirrors.open(repository);
    RefObservation.Shown shown = fetch.apply(mirror);
    mirrors.afterFetch(repository, mirror);
    return switch (shown) {
      case RefObservation.Unreadable unreadable -> unreadable.failed();
      case RefObservation.NoRef _ ->
          expected.isPresent()
              ? new FetchOutcome.NotYet(Optional.empty())
              : new FetchOutcome.Gone();
      case RefObservation.Head head ->
          expected.isEmpty() || follows(repository, mirror, head, expected.get())
              ? new FetchOutcome.At(ObjectIds.commit(head.head()))
              : new FetchOutcome.NotYet(Optional.of(ObjectIds.commit(head.head())));
    };
  }

  private boolean follows(
      RepositoryId repository, Mirror mirror, RefObservation.Head head, CommitId announced) {
    try {
      return ObjectIds.isSha1(announced) && mirror.refs().follows(head, ObjectIds.of(announced));
    } catch (IOException e) {
      throw mirrors.broken(repository, e);
    }
  }

  @Override
  public TagList tags(SourceSpec source) {
    return mirrors
        .noSpace(source.repository())
        .<TagList>map(TagList.Unreadable::new)
        .orElseGet(() -> mirrors.open(source.repository()).tags(Remote.of(source)));
  }

  /** Returns the default branch of a repository; blocks on the network. */
  public DefaultBranch defaultBranch(RemotePolicy.Base repository) {
    return mirrors
        .noSpace(repository.repository())
        .<DefaultBranch>map(DefaultBranch.Unknown::new)
        .orElseGet(
            () -> mirrors.open(repository.repository()).defaultBranch(Remote.of(repository)));
  }

  /** Returns the files of Git LFS that are kept in the mirrors. */
  public LargeFiles largeFiles() {
    return mirrors.largeFiles();
  }

  @Override
  public Optional<RepositoryId> movedTo(RepositoryId repository) {
    return mirrors.existing(repository).flatMap(Mirror::movedTo);
  }

  /**
   * Returns the commit of a pin, which is immutable: a full commit id, or a tag, which keeps the
   * commit that it had when it was first fetched.
   *
   * @param pin the id, or the tag's name
   * @return empty if the mirror does not have it
   */
  public Optional<CommitId> pinned(RepositoryId repository, String pin) {
    return mirrors
        .existing(repository)
        .flatMap(
            mirror -> {
              try {
                return mirror.pinned(pin).map(ObjectIds::commit);
              } catch (IOException e) {
                throw mirrors.broken(repository, e);
              }
            });
  }

  /**
   * Fetches a pin and keeps it permanently; blocks on the network.
   *
   * @param repository its name and URL
   * @param pin a full commit id, or a tag's name
   * @return {@code Gone} if there is no such tag
   */
  public FetchOutcome fetchPinned(RemotePolicy.Base repository, String pin) {
    return fetched(
        repository.repository(),
        Optional.empty(),
        mirror -> mirror.fetchPinned(Remote.of(repository), pin));
  }

  @Override
  public boolean has(RepositoryId repository, CommitId commit) {
    return commits.has(repository, commit);
  }

  @Override
  public boolean contains(RepositoryId repository, CommitId head, CommitId earlier) {
    return commits.contains(repository, head, earlier);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The limit is {@value MirroredCommits#MAX_COUNTED}.
   */
  @Override
  public int newCommits(RepositoryId repository, CommitId earlier, CommitId head) {
    return commits.newCommits(repository, earlier, head);
  }

  /**
   * Returns the description of an artifact's commit.
   *
   * @throws NotMirroredException if it was not fetched
   */
  public Optional<CommitSummary> artifact(RepositoryId repository, CommitId commit) {
    return commits.artifact(repository, commit);
  }

  @Override
  public SourceTree tree(RepositoryId repository, CommitId commit) {
    return commits.tree(repository, commit);
  }

  @Override
  public SignedObjects signedObjects(RepositoryId repository, CommitId commit) {
    return commits.signedObjects(repository, commit);
  }

  @Override
  public Set<String> changedPaths(RepositoryId repository, CommitId from, CommitId to) {
    return commits.changedPaths(repository, from, to);
  }

  /**
   * Returns the newest commit that changed each of these files of a commit, as far as the history
   * and the limits of a search go.
   *
   * @param files paths from the repository's root; one that does not exist was removed by its
   *     commit
   * @throws NotMirroredException if the mirror does not have the commit
   */
  public Map<String, FileCommit> commits(
      RepositoryId repository, CommitId commit, Set<String> files) {
    return commits.changing(repository, commit, files);
  }

  @Override
  public void keep(RepositoryId repository, CommitId commit) {
    commits.keep(repository, commit);
  }

  @Override
  public void close() {
    mirrors.close();
    lock.ifPresent(DirectoryLock::close);
  }
}
