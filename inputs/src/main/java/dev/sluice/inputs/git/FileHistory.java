package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.AndTreeFilter;
import org.eclipse.jgit.treewalk.filter.PathFilterGroup;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/** History of a commit's files. */
final class FileHistory {

  /** Time after which older commits are not looked at. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** Number of commits after which older ones are not looked at. */
  private static final int MOST_COMMITS = 10_000;

  private static final Comparator<RevCommit> NEWEST_FIRST =
      Comparator.comparingInt(RevCommit::getCommitTime)
          .reversed()
          .thenComparing(Comparator.naturalOrder());

  private final Repository repository;
  private final RevCommit head;
  private final LongSupplier nanoTime;

  /**
   * Creates the history.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  FileHistory(Repository repository, RevCommit head, LongSupplier nanoTime) {
    this.repository = repository;
    this.head = head;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns the newest commit that changed each of these files or directories, as far as the
   * history and the limits go; otherwise the history's own commit. Like {@code git log}, follows
   * the first parent that has the same content, so that changes that a merge dropped do not count.
   */
  Map<String, FileCommit> commits(Set<String> paths) throws IOException {
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
    paths.forEach(path -> found.putIfAbsent(path, commit(head, false)));
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
        addNames(walk.getPathString(), paths.names(), differences);
      }
    }
    return differences;
  }

  /** Adds those of the names that are a path, or a directory above it. */
  private static void addNames(String path, Set<String> names, Set<String> found) {
    for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
      String name = path.substring(0, end);
      if (names.contains(name)) {
        found.add(name);
      }
    }
  }

  /**
   * Paths of files and directories.
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
    return new FileCommit(
        new CommitId(commit.name()),
        author(commit.getAuthorIdent()),
        commit.getShortMessage(),
        Instant.ofEpochSecond(commit.getCommitTime()),
        changed);
  }

  /** Returns the name of an author; empty if the commit's line is malformed, which Git allows. */
  private static String author(@Nullable PersonIdent author) {
    if (author == null) {
      return "";
    }
    return author.getName().isBlank() ? author.getEmailAddress() : author.getName();
  }
}
