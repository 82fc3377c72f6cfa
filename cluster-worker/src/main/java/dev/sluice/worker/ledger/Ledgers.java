package dev.sluice.worker.ledger;

import dev.sluice.contract.name.ApplicationName;

/** Storage of ledgers, one for each application. */
public interface Ledgers {

  /** Reads the current ledger; returns that of an unknown application if there is none. */
  LedgerReading read(ApplicationName application) throws InterruptedException;

  /**
   * Replaces the ledger that was read.
   *
   * @throws LedgerMovedException if the stored one has changed; nothing was written
   */
  StoredLedger write(StoredLedger read, Ledger next)
      throws LedgerMovedException, InterruptedException;
}
