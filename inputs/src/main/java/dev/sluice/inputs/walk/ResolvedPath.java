package dev.sluice.inputs.walk;

import dev.sluice.inputs.git.TreeEntry;
import java.util.List;

/**
 * A path with its symbolic links resolved.
 *
 * @param entry the file or directory, with its real path
 * @param links the links that were followed
 */
public record ResolvedPath(TreeEntry entry, List<ClosureEntry.Link> links) {

  public boolean isDirectory() {
    return entry.kind() == TreeEntry.Kind.DIRECTORY;
  }

  public String path() {
    return entry.path();
  }
}
