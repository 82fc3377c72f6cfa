package dev.sluice.worker.ledger;

/** Thrown where the content of a ConfigMap is no ledger; says what is wrong with it. */
final class DamagedLedgerException extends Exception {

  private static final long serialVersionUID = 1L;

  DamagedLedgerException(String problem) {
    super(problem);
  }
}
