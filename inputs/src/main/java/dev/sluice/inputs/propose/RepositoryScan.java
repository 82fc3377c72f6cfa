package dev.sluice.inputs.propose;

import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The directories of a commit, without hidden ones. Symbolic links are listed and never followed,
 * so every directory is visited once. The number of entries is limited: a few tree objects that
 * refer to each other can have any number of paths.
 */
final class RepositoryScan {

  static final int MAX_ENTRIES = 100_000;

  private static final int MAX_DEPTH = 100;

  /** Names of directories whose manifests are seldom those that run. */
  private static final Set<String> NOT_ENTERED =
      Set.of("node_modules", "vendor", "testdata", "test", "tests", "fixtures");

  private final NavigableMap<String, Directory> directories = new TreeMap<>();
  private final List<LeftOut> leftOut = new ArrayList<>();

  /** Directories with an entry that a source must not read, or that was not searched. */
  private final NavigableSet<String> obstructed = new TreeSet<>();

  private int entries;

  private RepositoryScan() {}

  /**
   * A directory.
   *
   * @param files the files in it, not hidden ones
   * @param links the symbolic links in it
   */
  record Directory(String path, List<TreeEntry> files, List<TreeEntry> links) {

    Optional<TreeEntry> file(String name) {
      return files.stream().filter(file -> file.name().equals(name)).findFirst();
    }
  }

  /**
   * Scans a tree.
   *
   * @param under the directory to scan; empty for all
   * @throws ProposalException if it has too many entries
   */
  static RepositoryScan of(SourceTree tree, String under) {
    RepositoryScan scan = new RepositoryScan();
    Deque<String> ahead = new ArrayDeque<>(List.of(under));
    while (!ahead.isEmpty()) {
      scan.read(tree, ahead.pop(), ahead);
    }
    return scan;
  }

  /** Returns all directories by path; a parent comes before its children. */
  NavigableMap<String, Directory> directories() {
    return directories;
  }

  List<LeftOut> leftOut() {
    return leftOut;
  }

  /** Returns whether a directory has, at any depth, something that a source must not read. */
  boolean isObstructed(String directory) {
    return anyWithin(obstructed, directory);
  }

  /** Returns whether any of these paths is a directory or below it. */
  static boolean anyWithin(NavigableSet<String> paths, String directory) {
    if (directory.isEmpty()) {
      return !paths.isEmpty();
    }
    String below = paths.ceiling(directory + "/");
    return paths.contains(directory) || (below != null && isWithin(below, directory));
  }

  /** Returns whether a path is one of these directories or below one. */
  static boolean isWithinAny(String path, Set<String> parents) {
    for (String here = path; ; here = parent(here)) {
      if (parents.contains(here)) {
        return true;
      }
      if (here.isEmpty()) {
        return false;
      }
    }
  }

  /** Returns the directory of a path; the root is its own. */
  static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  /** Returns whether a path is a directory or below it. */
  static boolean isWithin(String path, String directory) {
    return directory.isEmpty() || path.equals(directory) || path.startsWith(directory + "/");
  }

  /** Returns a path for messages. */
  static String shown(String path) {
    return path.isEmpty() ? "the repository's root" : "'" + path + "'";
  }

  private void read(SourceTree tree, String path, Deque<String> ahead) {
    List<TreeEntry> files = new ArrayList<>();
    List<TreeEntry> links = new ArrayList<>();
    for (TreeEntry entry : tree.list(path)) {
      if (++entries > MAX_ENTRIES) {
        throw new ProposalException(
            "the repository has more than %d files and directories: name a directory of it with --path"
                .formatted(MAX_ENTRIES));
      }
      if (entry.name().startsWith(".")) {
        continue;
      }
      switch (entry.kind()) {
        case FILE, EXECUTABLE -> files.add(entry);
        case SYMLINK -> {
          links.add(entry);
          obstructed.add(path);
        }
        case DIRECTORY -> enter(entry, path, ahead);
        case GITLINK -> obstruct(entry, path, "a submodule, which is not followed");
        case MISNAMED -> obstruct(entry, path, "its name is not one that a file may have");
      }
    }
    directories.put(path, new Directory(path, files, links));
  }

  private void enter(TreeEntry entry, String directory, Deque<String> ahead) {
    String path = entry.path();
    if (NOT_ENTERED.contains(entry.name())) {
      obstruct(entry, directory, "directories of this name are not searched: give it as --path");
    } else if (path.contains("\\") || path.contains("${cluster.")) {
      obstruct(entry, directory, "a fleet cannot have this path: rename the directory");
    } else if (path.chars().filter(c -> c == '/').count() >= MAX_DEPTH) {
      obstruct(entry, directory, "more than %d directories deep".formatted(MAX_DEPTH));
    } else {
      ahead.push(path);
    }
  }

  private void obstruct(TreeEntry entry, String directory, String reason) {
    obstructed.add(directory);
    leftOut.add(new LeftOut(entry.path(), reason));
  }
}
