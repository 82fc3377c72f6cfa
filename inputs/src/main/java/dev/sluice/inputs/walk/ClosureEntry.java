package dev.sluice.inputs.walk;

/** A file or symbolic link of a closure, at its real path in the repository. */
public sealed interface ClosureEntry {

  String path();

  /**
   * A file.
   *
   * @param objectId id of the Git blob that holds its content
   * @param size in bytes
   */
  record File(String path, boolean executable, String objectId, long size)
      implements ClosureEntry {}

  /** A symbolic link that stays in the tree; its target is in the closure too. */
  record Link(String path, String target) implements ClosureEntry {}
}
