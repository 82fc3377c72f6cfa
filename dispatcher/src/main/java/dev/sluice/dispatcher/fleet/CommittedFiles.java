package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.fleet.FleetInput.File;
import dev.sluice.dispatcher.fleet.FleetInput.RefusedFileException;
import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Walk over the files of a directory in a commit that may have documents. Links and submodules are
 * not followed.
 */
final class CommittedFiles {

  private static final int MAX_DEPTH = 16;

  /** A few Git objects can describe a tree with any number of entries. */
  private static final int MAX_ENTRIES = 100_000;

  private final SourceTree tree;
  private final CommitId commit;
  private final String path;
  private final String prefix;
  private final int maxMebibytes;
  private final List<File> files = new ArrayList<>();
  private int entries;
  private long bytes;

  private CommittedFiles(
      SourceTree tree, CommitId commit, String path, String prefix, int maxMebibytes) {
    this.tree = tree;
    this.commit = commit;
    this.path = path;
    this.prefix = prefix;
    this.maxMebibytes = maxMebibytes;
  }

  /**
   * Returns the files, sorted by name: the prefix and the path relative to the directory.
   *
   * @param path of the directory; empty for the root
   * @param maxMebibytes limit of their sizes together
   * @throws IOException if the directory does not exist, or has too much
   */
  static List<File> of(
      SourceTree tree, CommitId commit, String path, String prefix, int maxMebibytes)
      throws IOException {
    return new CommittedFiles(tree, commit, path, prefix, maxMebibytes).list();
  }

  private List<File> list() throws IOException {
    TreeEntry.Kind kind =
        tree.entry(path)
            .map(TreeEntry::kind)
            .orElseThrow(
                () ->
                    new IOException(
                        "commit %s has no directory '%s'".formatted(commit.abbreviated(), path)));
    if (kind != TreeEntry.Kind.DIRECTORY) {
      throw new IOException(
          "'%s' is no directory in commit %s".formatted(path, commit.abbreviated()));
    }
    add(path, 1);
    files.sort(Comparator.comparing(File::name));
    return files;
  }

  private void add(String directory, int depth) throws IOException {
    for (TreeEntry entry : tree.list(directory)) {
      if (++entries > MAX_ENTRIES) {
        throw new IOException(
            "it has more than %d files and directories: keep the documents in a directory of their own"
                .formatted(MAX_ENTRIES));
      }
      String name = entry.path().substring(path.isEmpty() ? 0 : path.length() + 1);
      if (!FleetInput.isHidden(name)) {
        add(entry, name, depth);
      }
    }
  }

  private void add(TreeEntry entry, String name, int depth) throws IOException {
    switch (entry.kind()) {
      case DIRECTORY -> {
        if (depth == MAX_DEPTH) {
          files.add(
              new Refused(
                  prefix + name,
                  "is more than %d directories deep: move it up".formatted(MAX_DEPTH)));
        } else {
          add(entry.path(), depth + 1);
        }
      }
      case FILE, EXECUTABLE -> {
        if (FleetInput.isDocument(name)) {
          bytes += tree.size(entry);
          if (bytes > (long) maxMebibytes << 20) {
            throw new IOException(
                "its documents are larger than %d MiB in all".formatted(maxMebibytes));
          }
          files.add(new Blob(tree, entry, prefix + name));
        }
      }
      case SYMLINK -> {
        if (FleetInput.isDocument(name)) {
          files.add(
              new Refused(
                  prefix + name, "is a symbolic link, which is not followed: commit the file"));
        }
      }
      case GITLINK ->
          files.add(
              new Refused(
                  prefix + name,
                  "is a submodule, which is not followed: commit its files, or keep the documents"
                      + " in a directory without it"));
      case MISNAMED ->
          files.add(
              new Refused(
                  prefix + name,
                  "has a name that is not UTF-8, has control characters or occurs twice: rename"
                      + " it"));
    }
  }

  private record Blob(SourceTree tree, TreeEntry entry, String name) implements File {
    @Override
    public byte[] read(int maxBytes) throws RefusedFileException {
      try {
        return tree.read(entry, maxBytes);
      } catch (FileTooLargeException e) {
        throw RefusedFileException.tooLarge(maxBytes);
      }
    }
  }

  private record Refused(String name, String reason) implements File {
    @Override
    public byte[] read(int maxBytes) throws RefusedFileException {
      throw new RefusedFileException(reason);
    }
  }
}
