package dev.sluice.worker.ledger;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.ApplicationName;
import java.util.List;

/** Result of reading the ledger of one application: everything in the cluster is untrusted. */
public sealed interface LedgerReading {

  /** Failure code of a ledger whose labels or content are damaged. */
  String DAMAGED = "LedgerUnreadable";

  /** Failure code of a ledger that carries the labels of another installation or application. */
  String FOREIGN = "LedgerForeign";

  /** Failure code of a ledger that this installation has not signed, or not as it is. */
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

  /** Ledger that can be used; of an unknown application if the cluster has none. */
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
   * Ledger that exists and cannot be used. What its application has in the cluster, and so what it
   * claims, is unknown.
   *
   * @param failure says why, and how to repair it
   */
  record Unreadable(ApplicationName application, Failure failure) implements LedgerReading {

    @Override
    public StoredLedger orThrow() throws UnreadableLedgerException {
      throw new UnreadableLedgerException(failure);
    }
  }
}
