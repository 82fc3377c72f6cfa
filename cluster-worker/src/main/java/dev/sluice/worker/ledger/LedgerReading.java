package dev.sluice.worker.ledger;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import java.util.List;

/**
 * The result of reading the ledger of one application. Everything read from the cluster is
 * untrusted.
 */
public sealed interface LedgerReading {

  /** All codes of failures of unreadable ledgers. */
  List<FailureCode> CAUSES =
      List.of(
          ApplyFailure.LEDGER_UNREADABLE,
          ApplyFailure.LEDGER_FOREIGN,
          ApplyFailure.LEDGER_FORGED,
          ApplyFailure.LEDGER_KEY_UNUSABLE);

  ApplicationName application();

  /**
   * Returns the ledger.
   *
   * @throws UnreadableLedgerException if it cannot be used
   */
  StoredLedger orThrow() throws UnreadableLedgerException;

  /** A ledger that can be used; that of an unknown application if the cluster has none. */
  record Usable(StoredLedger stored) implements LedgerReading {

    @Override
    public ApplicationName application() {
      return stored.ledger().application();
    }

    @Override
    public StoredLedger orThrow() {
      return stored;
    }
  }

  /**
   * A ledger that exists but cannot be used. The objects of its application, and so its claims, are
   * unknown.
   *
   * @param failure the reason, and how to repair it
   */
  record Unreadable(ApplicationName application, Failure failure) implements LedgerReading {

    @Override
    public StoredLedger orThrow() throws UnreadableLedgerException {
      throw new UnreadableLedgerException(failure);
    }
  }
}
