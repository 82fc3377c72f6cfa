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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Bare mirrors of the followed repositories under one directory. Safe for concurrent use: one fetch
 * at a time for each repository, reads at any time.
 */
public final class Mirrors implements AutoCloseable {

  private final MirrorDirectory directory;
  private final Optional<DirectoryLock> lock;
  private final Optional<MirrorBudget> budget;
  private final Clock clock;
  private final PackCollection packs = new PackCollection();
  private final Map<RepositoryId, Mirror> mirrors = new ConcurrentHashMap<>();

  /** Mirrors under a directory that is made if needed, without limits; others may use it too. */
  public Mirrors(Path directory, Clock clock) {
    this(directory, MirrorLimits.NONE, Optional.empty(), clock);
  }

  private Mirrors(Path directory, MirrorLimits limits, Optional<DirectoryLock> lock, Clock clock) {
    IsolatedSystemReader.install();
    this.directory = new MirrorDirectory(directory, limits.each());
    this.lock = lock;
    this.clock = clock;
    this.budget =
        limits
            .all()
            .map(
                most ->
                    new MirrorBudget(
                        new MirrorEviction(this.directory.path(), most, clock, this::forget),
                        most,
                        packs::execute,
                        clock));
  }

  /**
   * Mirrors under a directory that this process has for itself: what a killed one has left there is
   * removed.
   *
   * @throws MirrorException if another process has it, or it cannot be written
   */
  public static Mirrors owning(Path directory, MirrorLimits limits, Clock clock) {
    try {
      Files.createDirectories(directory);
      DirectoryLock lock =
          DirectoryLock.take(directory)
              .orElseThrow(
                  () ->
                      new IOException(
                          "another process uses it, or nothing can be locked there; give each"
                              + " dispatcher a directory of its own"));
      LeftOvers.remove(directory);
      return new Mirrors(directory, limits, Optional.of(lock), clock);
    } catch (IOException e) {
      throw new MirrorException(
          "the mirrors cannot be kept in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /**
   * Brings the ref of the source's repository to the mirror; blocks for as long as the network
   * takes. Asked with an expectation (what a webhook said the ref became), it answers {@link
   * FetchOutcome.At} only when the remote shows that or something that follows it.
   */
  public FetchOutcome fetch(SourceSpec source, GitRef ref, Optional<CommitId> expected) {
    Optional<FetchOutcome.Failed> full = full(source.repository());
    if (full.isPresent()) {
      return full.get();
    }
    Mirror mirror = mirror(source.repository());
    RefObservation.Shown shown = mirror.look(Remote.of(source), ref);
    packs.collectIfMany(source.repository(), mirror);
    budget.ifPresent(MirrorBudget::keep);
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
   * Whether what is shown can be what was announced or later than it. An announced commit that we
   * have but that is not before the head was rewritten away, if the ref moved under our eyes; if it
   * did not, the remote may be showing the time before the announcement.
   */
  private boolean follows(
      RepositoryId repository, Mirror mirror, RefObservation.Head head, CommitId told) {
    if (!isSha1(told)) {
      return false;
    }
    ObjectId expected = id(told);
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

  /**
   * The commit that a name means which never means another: a full commit id, or a tag, which is
   * taken for what it was when it was fetched first.
   *
   * @param pin the id, or the tag's name
   * @return empty if the mirror does not have it
   */
  public Optional<CommitId> pinned(RepositoryId repository, String pin) {
    return existing(repository)
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
   * Brings what a pin means to the mirror, for good; blocks for as long as the network takes.
   *
   * @param repository its name and URL
   * @param pin a full commit id, or a tag's name
   * @return {@code Gone} if there is no such tag
   */
  public FetchOutcome fetchPinned(RemotePolicy.Base repository, String pin) {
    Optional<FetchOutcome.Failed> full = full(repository.repository());
    if (full.isPresent()) {
      return full.get();
    }
    Mirror mirror = mirror(repository.repository());
    RefObservation.Shown shown = mirror.fetchPinned(Remote.of(repository), pin);
    packs.collectIfMany(repository.repository(), mirror);
    budget.ifPresent(MirrorBudget::keep);
    return switch (shown) {
      case RefObservation.Unreadable unreadable -> unreadable.failed();
      case RefObservation.NoRef _ -> new FetchOutcome.Gone();
      case RefObservation.Head head -> new FetchOutcome.At(commitId(head.head()));
    };
  }

  /** Whether the mirror has the commit; false for a repository that was never fetched. */
  public boolean has(RepositoryId repository, CommitId commit) {
    return existing(repository).filter(mirror -> has(mirror, commit)).isPresent();
  }

  /** Whether a head is that commit or follows it. What cannot be compared does not. */
  public boolean contains(RepositoryId repository, CommitId head, CommitId earlier) {
    try {
      Optional<Mirror> mirror = existing(repository).filter(one -> has(one, earlier));
      return head.equals(earlier)
          || (mirror.isPresent() && mirror.get().refs().contains(id(head), id(earlier)));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The files of a commit.
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
   * The paths that differ between two commits: added, deleted, or with another content, mode or
   * kind. A rename is two paths.
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
   * Keeps a commit, and all before it, from garbage collection for good: for what was dispatched.
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
    packs.close();
    mirrors.values().forEach(mirror -> mirror.repository().close());
    lock.ifPresent(DirectoryLock::close);
  }

  private Mirror mirror(RepositoryId repository) {
    Mirror mirror = mirrors.computeIfAbsent(repository, id -> directory.open(id, clock));
    budget.ifPresent(room -> room.use(directory.of(repository)));
    return mirror;
  }

  /** Why there is no room for another mirror; those that are here go on. */
  private Optional<FetchOutcome.Failed> full(RepositoryId repository) {
    return budget
        .filter(_ -> !directory.has(repository))
        .flatMap(MirrorBudget::exceeded)
        .map(
            reason ->
                new FetchOutcome.Failed(
                    "cannot fetch %s: %s".formatted(repository, reason), /* retryable= */ true));
  }

  private void forget(Path place) {
    for (RepositoryId id : mirrors.keySet()) {
      if (directory.of(id).equals(place)) {
        mirrors.computeIfPresent(
            id,
            (_, mirror) -> {
              mirror.repository().close();
              return null;
            });
      }
    }
  }

  private Optional<Mirror> existing(RepositoryId repository) {
    return mirrors.containsKey(repository) || directory.has(repository)
        ? Optional.of(mirror(repository))
        : Optional.empty();
  }

  private Mirror having(RepositoryId repository, CommitId commit) {
    return existing(repository)
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
        "the mirror of %s in %s cannot be used: delete that directory and it is fetched anew"
            .formatted(repository, directory.of(repository)),
        cause);
  }

  private static boolean has(Mirror mirror, CommitId commit) {
    return isSha1(commit) && mirror.has(id(commit));
  }

  /** Mirrors are SHA-1 repositories: an id of SHA-256 is of no object in them. */
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
