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
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Bare mirrors of repositories under one directory. Safe for concurrent use: one fetch at a time
 * for each repository, reads at any time.
 */
public final class Mirrors implements Repositories, AutoCloseable {

  private static final int MAX_COUNTED = 10_000;

  private final OpenMirrors mirrors;
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
    Optional<FetchOutcome.Failed> noSpace = mirrors.noSpace(repository);
    if (noSpace.isPresent()) {
      return noSpace.get();
    }
    Mirror mirror = mirrors.open(repository);
    RefObservation.Shown shown =
        mirror.observe(remote, ref, expected.filter(ObjectIds::isSha1).map(ObjectIds::of));
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
      throw broken(repository, e);
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
                throw broken(repository, e);
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
    Optional<FetchOutcome.Failed> noSpace = mirrors.noSpace(repository.repository());
    if (noSpace.isPresent()) {
      return noSpace.get();
    }
    Mirror mirror = mirrors.open(repository.repository());
    RefObservation.Shown shown = mirror.fetchPinned(Remote.of(repository), pin);
    mirrors.afterFetch(repository.repository(), mirror);
    return switch (shown) {
      case RefObservation.Unreadable unreadable -> unreadable.failed();
      case RefObservation.NoRef _ -> new FetchOutcome.Gone();
      case RefObservation.Head head -> new FetchOutcome.At(ObjectIds.commit(head.head()));
    };
  }

  @Override
  public boolean has(RepositoryId repository, CommitId commit) {
    return mirrors.existing(repository).filter(mirror -> has(mirror, commit)).isPresent();
  }

  @Override
  public boolean contains(RepositoryId repository, CommitId head, CommitId earlier) {
    try {
      Optional<Mirror> mirror = mirrors.existing(repository).filter(one -> has(one, earlier));
      return head.equals(earlier)
          || (mirror.isPresent()
              && ObjectIds.isSha1(head)
              && mirror.get().refs().contains(ObjectIds.of(head), ObjectIds.of(earlier)));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The limit is {@value #MAX_COUNTED}.
   */
  @Override
  public int newCommits(RepositoryId repository, CommitId earlier, CommitId head) {
    Mirror mirror = having(repository, earlier);
    try (RevWalk walk = new RevWalk(mirror.repository())) {
      walk.setRetainBody(false);
      walk.markStart(parse(walk, repository, head));
      walk.markUninteresting(parse(walk, repository, earlier));
      int counted = 0;
      while (counted < MAX_COUNTED && walk.next() != null) {
        counted++;
      }
      return counted;
    } catch (IOException e) {
      throw broken(repository, e);
    }
  }

  /**
   * Returns the description of an artifact's commit.
   *
   * @throws NotMirroredException if it was not fetched
   */
  public Optional<CommitSummary> artifact(RepositoryId repository, CommitId commit) {
    try {
      return ArtifactMirror.summary(having(repository, commit).repository(), ObjectIds.of(commit));
    } catch (IOException e) {
      throw broken(repository, e);
    }
  }

  @Override
  public SourceTree tree(RepositoryId repository, CommitId commit) {
    Mirror mirror = having(repository, commit);
    try (RevWalk walk = new RevWalk(mirror.repository())) {
      return new CommitTree(
          mirror.repository(),
          parse(walk, repository, commit).getTree(),
          repository + " at " + commit.abbreviated());
    } catch (IOException e) {
      throw broken(repository, e);
    }
  }

  @Override
  public SignedObjects signedObjects(RepositoryId repository, CommitId commit) {
    return new SignedObjects(having(repository, commit));
  }

  @Override
  public Set<String> changedPaths(RepositoryId repository, CommitId from, CommitId to) {
    Mirror mirror = having(repository, from);
    Set<String> changed = new HashSet<>();
    try (RevWalk commits = new RevWalk(mirror.repository());
        TreeWalk walk = new TreeWalk(mirror.repository())) {
      walk.addTree(parse(commits, repository, from).getTree());
      walk.addTree(parse(commits, repository, to).getTree());
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next()) {
        changed.add(EntryNames.displayPath(walk.getRawPath()));
      }
      return changed;
    } catch (IOException e) {
      throw broken(repository, e);
    }
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
    Mirror mirror = having(repository, commit);
    try (RevWalk walk = new RevWalk(mirror.repository())) {
      return new FileHistory(mirror.repository(), parse(walk, repository, commit), System::nanoTime)
          .commits(files);
    } catch (IOException e) {
      throw broken(repository, e);
    }
  }

  @Override
  public void keep(RepositoryId repository, CommitId commit) {
    Mirror mirror = having(repository, commit);
    try {
      mirror.refs().keep(ObjectIds.of(commit));
    } catch (IOException e) {
      throw broken(repository, e);
    }
  }

  @Override
  public void close() {
    mirrors.close();
    lock.ifPresent(DirectoryLock::close);
  }

  private Mirror having(RepositoryId repository, CommitId commit) {
    return mirrors
        .existing(repository)
        .filter(mirror -> has(mirror, commit))
        .orElseThrow(() -> new NotMirroredException(repository, commit));
  }

  private static RevCommit parse(RevWalk walk, RepositoryId repository, CommitId commit)
      throws IOException {
    if (!ObjectIds.isSha1(commit)) {
      throw new NotMirroredException(repository, commit);
    }
    try {
      return walk.parseCommit(ObjectIds.of(commit));
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      throw new NotMirroredException(repository, commit);
    }
  }

  private MirrorException broken(RepositoryId repository, IOException cause) {
    return new MirrorException(
        "the mirror of %s in %s cannot be used: delete that directory and it is fetched again"
            .formatted(repository, mirrors.directoryOf(repository)),
        cause);
  }

  private static boolean has(Mirror mirror, CommitId commit) {
    return ObjectIds.isSha1(commit) && mirror.hasCommit(ObjectIds.of(commit));
  }
}
