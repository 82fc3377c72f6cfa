package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import org.eclipse.jgit.lib.ObjectId;

/** Conversions between the ids of commits and those of Git objects. */
final class ObjectIds {

  private ObjectIds() {}

  /**
   * Returns whether mirrors can have the commit: they are SHA-1 repositories, without SHA-256 ids.
   */
  static boolean isSha1(CommitId commit) {
    return ObjectId.isId(commit.value());
  }

  static ObjectId of(CommitId commit) {
    return ObjectId.fromString(commit.value());
  }

  static CommitId commit(ObjectId id) {
    return new CommitId(id.name());
  }
}
