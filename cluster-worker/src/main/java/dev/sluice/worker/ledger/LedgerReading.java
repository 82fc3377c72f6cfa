package dev.sluice.worker.ledger;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.ApplicationName;
import java.util.List;

/**
 * The result of reading the ledger of one application. Everything read from the cluster is
 * untrusted.
 */
public sealed interface LedgerReading {

  /** Failure code of a ledger whose labels or content are damaged. */
  String DAMAGED = "LedgerUnreadable";

  /** Failure code of a ledger that carries the labels of another installation or application. */
  String FOREIGN = "LedgerForeign";

  /** Failure code of a ledger whose signature is missing or does not match. */
  String FORGED = "LedgerForged";

  /** Failure code of all ledgers while there is no key to verify them with. */
  String NO_KEY = "LedgerKeyUnusable";

  /** All codes of failures of unreadable ledgers. */
  List<String> CAUSES = List.of(DAMAGED, FOREIGN, FORGED, NO_KEY);

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
