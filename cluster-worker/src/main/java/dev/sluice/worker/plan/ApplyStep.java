package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.manifest.Manifest;

/**
 * Write one object.
 *
 * @param digest of the manifest
 */
public record ApplyStep(Manifest manifest, String digest, Reason reason, Mode mode) {

  public ObjectRef ref() {
    return manifest.ref();
  }

  /** Why the object is written. */
  public enum Reason {
    /** Not in the inventory. */
    NEW,
    /** Applied before with another content. */
    CHANGED,
    /** An apply of it was begun and never known to have finished. */
    REASSERT
  }

  /** How the object is written. */
  public enum Mode {
    APPLY,
    /** Leave the object alone if it is there. */
    CREATE_ONLY
  }
}
