package dev.sluice.worker.ledger;

/**
 * A ledger as it was read. Where it was read is the precondition of the next write.
 *
 * @param uid of its ConfigMap; empty if it is not in the cluster yet
 * @param resourceVersion of its ConfigMap; empty if it is not in the cluster yet
 */
public record StoredLedger(Ledger ledger, String uid, String resourceVersion) {

  /** A ledger that is not in the cluster yet. */
  public static StoredLedger absent(Ledger ledger) {
    return new StoredLedger(ledger, "", "");
  }

  /** Returns another ledger as if it had been read at the same place. */
  public StoredLedger with(Ledger other) {
    return new StoredLedger(other, uid, resourceVersion);
  }
}
