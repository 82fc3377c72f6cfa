package dev.sluice.inputs.git;

import java.util.List;
import java.util.Optional;

/**
 * The files of one commit. Paths are canonical: from the root, with '/', no '.' or '..', empty for
 * the root. Symbolic links are entries and never followed here. Reading a broken repository throws
 * {@link MirrorException}.
 */
public interface SourceTree {

  /** The entry at {@code path}; empty if there is none, also where a parent is not a directory. */
  Optional<TreeEntry> entry(String path);

  /** The entries of the directory at {@code path}, sorted by name; empty if it is not one. */
  List<TreeEntry> list(String path);

  /** Size in bytes of a file, or of a symbolic link's target. */
  long size(TreeEntry entry);

  /**
   * The content of a file, or the target of a symbolic link.
   *
   * @throws FileTooLargeException if it has more than {@code maxBytes}
   */
  byte[] read(TreeEntry entry, int maxBytes);
}
