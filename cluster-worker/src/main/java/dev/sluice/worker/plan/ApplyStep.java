package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.manifest.Manifest;

/**
 * The write of one object.
 *
 * @param digest of the manifest
 */
public record ApplyStep(Manifest manifest, String digest, Reason reason, Mode mode) {

  public ObjectRef ref() {
    return manifest.ref();
  }

  /** The reason for the write. */
  public enum Reason {
    /** It is not in the inventory. */
    NEW,
    /** It was applied before with other content. */
    CHANGED,
    /** An apply of it was begun and may be unfinished. */
    REASSERT
  }

  /** The mode of the write. */
  public enum Mode {
    APPLY,
    /** Leave an existing object alone. */
    CREATE_ONLY
  }
}
