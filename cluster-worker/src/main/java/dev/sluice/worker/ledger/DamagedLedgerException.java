package dev.sluice.worker.ledger;

/** Thrown when the content of a ConfigMap is not a valid ledger; the message says why. */
final class DamagedLedgerException extends Exception {

  private static final long serialVersionUID = 1L;

  DamagedLedgerException(String problem) {
    super(problem);
  }
}
