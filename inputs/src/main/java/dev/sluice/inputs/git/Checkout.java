package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.AndTreeFilter;
import org.eclipse.jgit.treewalk.filter.PathFilterGroup;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** Directory in the work tree of a Git repository, whose files a commit has; only read. */
public final class Checkout implements AutoCloseable {

  /** Time after which older commits are not looked at. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** Number of commits after which older ones are not looked at. */
  private static final int MOST_COMMITS = 10_000;

  private static final Comparator<RevCommit> NEWEST_FIRST =
      Comparator.comparingInt(RevCommit::getCommitTime)
          .reversed()
          .thenComparing(Comparator.naturalOrder());

  private final Path directory;
  private final Path workTree;
  private final Repository repository;
  private final RevCommit head;

  private final LongSupplier nanoTime;

  private Checkout(
      Path directory, Path workTree, Repository repository, RevCommit head, LongSupplier nanoTime) {
    this.directory = directory;
    this.workTree = workTree;
    this.repository = repository;
    this.head = head;
    this.nanoTime = nanoTime;
  }

  /**
   * Commit of a file.
   *
   * @param changed whether the commit changed the file; if not, it is the one that is checked out,
   *     and the history does not have the one that changed the file, or the search for it reached
   *     its limit of time or commits
   */
  public record FileCommit(
      CommitId commit, String author, String message, Instant at, boolean changed) {}

  /**
   * Opens the checkout of a directory; empty if the directory is in no work tree, or the commit
   * that is checked out does not have it.
   */
  public static Optional<Checkout> of(Path directory) throws IOException {
    return of(directory, System::nanoTime);
  }

  /**
   * Opens the checkout of a directory.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  static Optional<Checkout> of(Path directory, LongSupplier nanoTime) throws IOException {
    IsolatedSystemReader.install();
    Path real = directory.toRealPath();
    FileRepositoryBuilder builder = new FileRepositoryBuilder().findGitDir(real.toFile());
    if (builder.getGitDir() == null) {
      return Optional.empty();
    }
    Repository repository = builder.setMustExist(true).build();
    try {
      Optional<Checkout> checkout = of(real, repository, nanoTime);
      if (checkout.isEmpty()) {
        repository.close();
      }
      return checkout;
    } catch (IOException | RuntimeException e) {
      repository.close();
      throw e;
    }
  }

  private static Optional<Checkout> of(Path directory, Repository repository, LongSupplier nanoTime)
      throws IOException {
    ObjectId head = repository.resolve(Constants.HEAD + "^{commit}");
    if (repository.isBare() || head == null) {
      return Optional.empty();
    }
    Path workTree = repository.getWorkTree().toPath().toRealPath();
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit commit = walk.parseCommit(head);
      return directory.startsWith(workTree) && hasDirectory(repository, commit, workTree, directory)
          ? Optional.of(new Checkout(directory, workTree, repository, commit, nanoTime))
          : Optional.empty();
    }
  }

  private static boolean hasDirectory(
      Repository repository, RevCommit commit, Path workTree, Path directory) throws IOException {
    String path = name(workTree, directory);
    if (path.isEmpty()) {
      return true;
    }
    try (TreeWalk found = TreeWalk.forPath(repository, path, commit.getTree())) {
      return found != null && found.isSubtree();
    }
  }

  /**
   * Returns the newest commits that changed these files. Files that differ from the commit that is
   * checked out are left out.
   *
   * @param files relative to the directory; one that does not exist was removed by its commit
   */
  public Map<String, FileCommit> commits(Collection<String> files) throws IOException {
    Map<String, String> unchanged = new HashMap<>();
    for (String file : files) {
      Path path = directory.resolve(file);
      Path place = Files.exists(path) ? path.toRealPath() : path;
      if (place.startsWith(workTree) && isUnchanged(place)) {
        unchanged.put(file, name(workTree, place));
      }
    }
    Map<String, FileCommit> found = changed(new HashSet<>(unchanged.values()));
    Map<String, FileCommit> commits = new HashMap<>();
    unchanged.forEach(
        (file, path) -> commits.put(file, found.getOrDefault(path, commit(head, false))));
    return commits;
  }

  private boolean isUnchanged(Path file) throws IOException {
    try (TreeWalk found = TreeWalk.forPath(repository, name(workTree, file), head.getTree())) {
      if (found == null) {
        return !Files.exists(file);
      }
      if (!Files.isRegularFile(file)) {
        return false;
      }
      byte[] bytes = Files.readAllBytes(file);
      ObjectId committed = found.getObjectId(0);
      return committed.equals(id(bytes)) || committed.equals(id(withoutCarriageReturns(bytes)));
    }
  }

  private static ObjectId id(byte[] content) {
    try (ObjectInserter.Formatter formatter = new ObjectInserter.Formatter()) {
      return formatter.idFor(Constants.OBJ_BLOB, content);
    }
  }

  /** Returns the content as it is committed if Git converts line ends in the work tree. */
  private static byte[] withoutCarriageReturns(byte[] content) {
    byte[] converted = new byte[content.length];
    int length = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] != '\r' || i + 1 == content.length || content[i + 1] != '\n') {
        converted[length++] = content[i];
      }
    }
    return Arrays.copyOf(converted, length);
  }

  /**
   * Returns the newest commit that changed each of these paths, as far as the history and the
   * limits go. Like {@code git log}, follows the first parent that has the same content, so that
   * changes that a merge dropped do not count.
   */
  private Map<String, FileCommit> changed(Set<String> paths) throws IOException {
    Map<String, FileCommit> found = new HashMap<>();
    if (paths.isEmpty()) {
      return found;
    }
    long start = nanoTime.getAsLong();
    Set<ObjectId> shallow = repository.getObjectDatabase().getShallowCommits();
    NavigableMap<RevCommit, Paths> next = new TreeMap<>(NEWEST_FIRST);
    try (RevWalk walk = new RevWalk(repository)) {
      next.put(walk.parseCommit(head), Paths.of(paths));
      for (int commits = 0; commits < MOST_COMMITS && !next.isEmpty(); commits++) {
        if (nanoTime.getAsLong() - start > LIMIT.toNanos()) {
          break;
        }
        Map.Entry<RevCommit, Paths> entry = next.pollFirstEntry();
        RevCommit commit = entry.getKey();
        if (!shallow.contains(commit)) { // its parents are unknown, so it seems to add every file
          changes(walk, commit, entry.getValue(), next)
              .forEach(path -> found.put(path, commit(commit, true)));
        }
      }
    }
    return found;
  }

  /**
   * Returns those of the paths that differ between a commit and each of its parents.
   *
   * @param next gets the other paths, each with the first parent that has the same content
   */
  private Set<String> changes(
      RevWalk walk, RevCommit commit, Paths paths, NavigableMap<RevCommit, Paths> next)
      throws IOException {
    if (commit.getParentCount() == 0) {
      return differences(Optional.empty(), commit, paths);
    }
    Paths left = paths;
    for (RevCommit parent : commit.getParents()) {
      walk.parseHeaders(parent);
      Set<String> changed = differences(Optional.of(parent), commit, left);
      if (changed.isEmpty()) {
        next.merge(parent, left, Paths::and);
        return changed;
      }
      if (changed.size() < left.names().size()) {
        next.merge(parent, left.without(changed), Paths::and);
        left = Paths.of(changed);
      }
    }
    return left.names();
  }

  private Set<String> differences(Optional<RevCommit> parent, RevCommit commit, Paths paths)
      throws IOException {
    Set<String> differences = new HashSet<>();
    try (TreeWalk walk = new TreeWalk(repository)) {
      walk.setRecursive(true);
      walk.setFilter(paths.changed());
      if (parent.isPresent()) {
        walk.addTree(parent.get().getTree());
      } else {
        walk.addTree(new EmptyTreeIterator());
      }
      walk.addTree(commit.getTree());
      while (walk.next()) {
        differences.add(walk.getPathString());
      }
    }
    differences.retainAll(paths.names());
    return differences;
  }

  /**
   * Paths of files.
   *
   * @param changed selects those of them that differ between two trees
   */
  private record Paths(Set<String> names, TreeFilter changed) {

    static Paths of(Set<String> names) {
      return new Paths(
          names,
          AndTreeFilter.create(PathFilterGroup.createFromStrings(names), TreeFilter.ANY_DIFF));
    }

    Paths and(Paths others) {
      Set<String> all = new HashSet<>(names);
      all.addAll(others.names);
      return of(all);
    }

    Paths without(Set<String> some) {
      Set<String> others = new HashSet<>(names);
      others.removeAll(some);
      return of(others);
    }
  }

  private static FileCommit commit(RevCommit commit, boolean changed) {
    PersonIdent author = commit.getAuthorIdent();
    return new FileCommit(
        new CommitId(commit.name()),
        author.getName().isBlank() ? author.getEmailAddress() : author.getName(),
        commit.getShortMessage(),
        commit.getCommitterIdent().getWhenAsInstant(),
        changed);
  }

  private static String name(Path workTree, Path path) {
    return workTree.relativize(path).toString().replace(File.separatorChar, '/');
  }

  @Override
  public void close() {
    repository.close();
  }
}
