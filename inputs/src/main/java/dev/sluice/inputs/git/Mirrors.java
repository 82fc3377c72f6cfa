package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.DirectoryLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Bare mirrors of repositories under one directory. Safe for concurrent use: one fetch at a time
 * for each repository, reads at any time.
 */
public final class Mirrors implements AutoCloseable {

  private static final int MAX_COUNTED = 10_000;

  private final OpenMirrors mirrors;
  private final Optional<DirectoryLock> lock;

  /** Creates mirrors without limits under a directory that other processes may use too. */
  public Mirrors(Path directory, Clock clock) {
    this(directory, MirrorLimits.NONE, Optional.empty(), clock);
  }

  private Mirrors(Path directory, MirrorLimits limits, Optional<DirectoryLock> lock, Clock clock) {
    IsolatedSystemReader.install();
    this.mirrors = new OpenMirrors(directory, limits, clock);
    this.lock = lock;
  }

  /**
   * Creates mirrors under a directory that this process locks for itself; leftovers of a killed
   * process are removed.
   *
   * @throws MirrorException if another process has the directory, or it cannot be written
   */
  public static Mirrors owning(Path directory, MirrorLimits limits, Clock clock) {
    try {
      Files.createDirectories(directory);
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
      return new Mirrors(directory, limits, Optional.of(lock), clock);
    } catch (IOException e) {
      throw new MirrorException(
          "the mirrors cannot be kept in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /**
   * Fetches a ref of the source's repository; blocks on the network. If a commit is expected (the
   * one that a webhook reported), returns {@link FetchOutcome.At} only if the remote has that
   * commit or a later one.
   */
  public FetchOutcome fetch(SourceSpec source, GitRef ref, Optional<CommitId> expected) {
    Optional<FetchOutcome.Failed> noSpace = mirrors.noSpace(source.repository());
    if (noSpace.isPresent()) {
      return noSpace.get();
    }
    Mirror mirror = mirrors.open(source.repository());
    RefObservation.Shown shown =
        mirror.observe(Remote.of(source), ref, expected.filter(Mirrors::isSha1).map(Mirrors::id));
    mirrors.afterFetch(source.repository(), mirror);
    return switch (shown) {
      case RefObservation.Unreadable unreadable -> unreadable.failed();
      case RefObservation.NoRef _ ->
          expected.isPresent()
              ? new FetchOutcome.NotYet(Optional.empty())
              : new FetchOutcome.Gone();
      case RefObservation.Head head ->
          expected.isEmpty() || follows(source.repository(), mirror, head, expected.get())
              ? new FetchOutcome.At(commitId(head.head()))
              : new FetchOutcome.NotYet(Optional.of(commitId(head.head())));
    };
  }

  /**
   * Returns whether the remote's state can be at or after the announced commit. If the announced
   * commit is in the mirror but is not an ancestor of the head, there are two cases. If this fetch
   * moved the ref, the commit was rewritten away since. If not, the remote may still show the state
   * before the announcement.
   */
  private boolean follows(
      RepositoryId repository, Mirror mirror, RefObservation.Head head, CommitId announced) {
    if (!isSha1(announced)) {
      return false;
    }
    ObjectId expected = id(announced);
    if (expected.equals(head.value()) || expected.equals(head.head())) {
      return true;
    }
    if (!mirror.has(expected)) {
      return false;
    }
    try {
      boolean moved = !head.before().equals(Optional.of(head.value()));
      return moved || mirror.refs().contains(head.head(), expected);
    } catch (IOException e) {
      throw broken(repository, e);
    }
  }

  /** Returns a repository's new name if its forge redirected the last fetch to it. */
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
                return mirror.pinned(pin).map(Mirrors::commitId);
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
      case RefObservation.Head head -> new FetchOutcome.At(commitId(head.head()));
    };
  }

  /** Returns whether the mirror has the commit; false for a repository that was never fetched. */
  public boolean has(RepositoryId repository, CommitId commit) {
    return mirrors.existing(repository).filter(mirror -> has(mirror, commit)).isPresent();
  }

  /**
   * Returns whether a head is the commit or a descendant of it; false if they cannot be compared.
   */
  public boolean contains(RepositoryId repository, CommitId head, CommitId earlier) {
    try {
      Optional<Mirror> mirror = mirrors.existing(repository).filter(one -> has(one, earlier));
      return head.equals(earlier)
          || (mirror.isPresent() && mirror.get().refs().contains(id(head), id(earlier)));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Returns the number of commits that a head has and an earlier commit has not, at most {@value
   * #MAX_COUNTED}.
   *
   * @throws NotMirroredException if the mirror does not have both
   */
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
   * Returns the files of a commit.
   *
   * @throws NotMirroredException if the mirror does not have it
   */
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

  /**
   * Returns the paths that differ between two commits: added, deleted, or with another content,
   * mode or kind. A rename is two paths.
   *
   * @throws NotMirroredException if the mirror does not have both
   */
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
   * Protects a dispatched commit and its ancestors from garbage collection permanently.
   *
   * @throws NotMirroredException if the mirror does not have it
   */
  public void keep(RepositoryId repository, CommitId commit) {
    Mirror mirror = having(repository, commit);
    try {
      mirror.refs().keep(id(commit));
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
    try {
      return walk.parseCommit(id(commit));
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
    return isSha1(commit) && mirror.hasCommit(id(commit));
  }

  /**
   * Returns whether mirrors can have the commit: they are SHA-1 repositories, without SHA-256 ids.
   */
  private static boolean isSha1(CommitId commit) {
    return ObjectId.isId(commit.value());
  }

  private static ObjectId id(CommitId commit) {
    return ObjectId.fromString(commit.value());
  }

  private static CommitId commitId(ObjectId id) {
    return new CommitId(id.name());
  }
}
