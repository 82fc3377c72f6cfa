package dev.sluice.worker.ledger;

import dev.sluice.contract.name.ApplicationName;

/** Where ledgers are kept, one for each application. */
public interface Ledgers {

  /** Reads the ledger as it is now; of an unknown application if there is none. */
  LedgerReading read(ApplicationName application) throws InterruptedException;

  /**
   * Puts a ledger in the place of the one that was read.
   *
   * @throws LedgerMovedException if that one is no longer there; nothing was written
   */
  StoredLedger write(StoredLedger read, Ledger next)
      throws LedgerMovedException, InterruptedException;
}
