package dev.sluice.inputs.walk;

import dev.sluice.inputs.git.TreeEntry;
import java.util.List;

/**
 * What is at a path once symbolic links are followed.
 *
 * @param entry a file or directory, where it really is
 * @param links that led there
 */
public record ResolvedPath(TreeEntry entry, List<ClosureEntry.Link> links) {

  public boolean isDirectory() {
    return entry.kind() == TreeEntry.Kind.DIRECTORY;
  }

  public String path() {
    return entry.path();
  }
}
