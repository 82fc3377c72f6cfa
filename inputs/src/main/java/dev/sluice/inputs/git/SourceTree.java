package dev.sluice.inputs.git;

import java.util.List;
import java.util.Optional;

/**
 * The files of one commit. Paths are canonical: from the root, with '/', no '.' or '..', empty for
 * the root. Symbolic links are entries and are not followed. Reading a broken repository throws
 * {@link MirrorException}.
 */
public interface SourceTree {

  /** Returns the entry at {@code path}; empty if there is none or a parent is not a directory. */
  Optional<TreeEntry> entry(String path);

  /**
   * Returns the entries of the directory at {@code path}, sorted by name; empty if it is not a
   * directory.
   */
  List<TreeEntry> list(String path);

  /** Returns the size in bytes of a file, or of a symbolic link's target. */
  long size(TreeEntry entry);

  /** Returns the size in bytes of all files below a directory. */
  default long sizeBelow(String directory) {
    long bytes = 0;
    for (TreeEntry entry : list(directory)) {
      bytes += entry.kind() == TreeEntry.Kind.DIRECTORY ? sizeBelow(entry.path()) : size(entry);
    }
    return bytes;
  }

  /**
   * Returns the content of a file, or the target of a symbolic link.
   *
   * @throws FileTooLargeException if it has more than {@code maxBytes}
   */
  byte[] read(TreeEntry entry, int maxBytes);
}
