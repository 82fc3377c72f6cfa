package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.manifest.Manifest;
import java.util.Optional;

/**
 * The write of one object.
 *
 * @param entry of the object in the inventory afterwards
 */
public record ApplyStep(Manifest manifest, InventoryEntry entry, Reason reason, Mode mode) {

  public ObjectRef ref() {
    return manifest.ref();
  }

  /**
   * Returns the digest of the manifest without its application; empty if no other application may
   * declare the object.
   */
  public Optional<String> declaration() {
    return entry.declaration();
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
