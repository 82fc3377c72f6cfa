package dev.sluice.worker.ledger;

/**
 * A ledger as it was read, with the precondition of the next write.
 *
 * @param uid of its ConfigMap; empty if it is not in the cluster yet
 * @param resourceVersion of its ConfigMap; empty if it is not in the cluster yet
 */
public record StoredLedger(Ledger ledger, String uid, String resourceVersion) {

  /** Returns a ledger that is not in the cluster yet. */
  public static StoredLedger absent(Ledger ledger) {
    return new StoredLedger(ledger, "", "");
  }

  /** Returns another ledger with the same precondition. */
  public StoredLedger with(Ledger other) {
    return new StoredLedger(other, uid, resourceVersion);
  }
}
