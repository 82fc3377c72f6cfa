package dev.sluice.worker.ledger;

/**
 * Thrown when someone else wrote or deleted the ledger since it was read: read it again and decide
 * again.
 */
public final class LedgerMovedException extends Exception {

  private static final long serialVersionUID = 1L;

  LedgerMovedException(String message, Throwable cause) {
    super(message, cause);
  }

  public LedgerMovedException(String message) {
    super(message);
  }
}
