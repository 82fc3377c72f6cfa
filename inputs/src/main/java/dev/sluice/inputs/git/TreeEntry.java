package dev.sluice.inputs.git;

/**
 * A named object of a commit's tree.
 *
 * @param path from the repository's root, with '/'; the root itself is the empty path
 * @param objectId id of the blob or tree, of the submodule's commit for a {@code GITLINK}
 */
public record TreeEntry(String path, Kind kind, String objectId) {

  public enum Kind {
    FILE,
    EXECUTABLE,
    SYMLINK,
    DIRECTORY,
    /** A submodule; its content is not in this repository. */
    GITLINK,
    /**
     * An entry with an invalid name: not UTF-8, '.', '..' or '.git', or with a slash or control
     * character. Its path has the offending bytes escaped.
     */
    MISNAMED
  }

  /** Returns the last component of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
