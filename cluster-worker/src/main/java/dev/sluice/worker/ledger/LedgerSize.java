package dev.sluice.worker.ledger;

/** The size of ledgers, which is limited to that of a ConfigMap (1 MiB of data). */
public final class LedgerSize {

  /**
   * Maximum size of a ledger when a target is begun, in bytes as it is stored. The rest of the
   * ConfigMap is left for the states of the objects, and for their removal.
   */
  public static final int MOST = 768 * 1024;

  /**
   * Ledgers of fewer objects are not measured, since even the longest names fit, unless they keep
   * hooks for the removal.
   */
  private static final int MEASURED_FROM = 750;

  private LedgerSize() {}

  /** Returns whether a target may be begun with this ledger. */
  public static boolean fits(Ledger begun) {
    boolean isSmall =
        begun.removalHooks().isEmpty()
            && begun.inventory().size() + begun.intent().size() < MEASURED_FROM;
    if (isSmall) {
      return true;
    }
    byte[] content = LedgerCodec.encode(begun);
    return content.length <= LedgerCodec.MAX_CONTENT / 2
        && LedgerCodec.storedBytes(content) <= MOST;
  }
}
