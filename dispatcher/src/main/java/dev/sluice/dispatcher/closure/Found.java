package dev.sluice.dispatcher.closure;

import dev.sluice.dispatcher.git.TreeEntry;
import java.util.List;

/**
 * What is at a path once symbolic links are followed.
 *
 * @param entry a file or directory, where it really is
 * @param links that led there
 */
record Found(TreeEntry entry, List<ClosureEntry.Link> links) {

  boolean isDirectory() {
    return entry.kind() == TreeEntry.Kind.DIRECTORY;
  }

  String path() {
    return entry.path();
  }
}
