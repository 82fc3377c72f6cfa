package dev.sluice.worker.ledger;

import dev.sluice.contract.event.Failure;

/** Thrown when an application's ledger is needed but cannot be used: the application is parked. */
public final class UnreadableLedgerException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  UnreadableLedgerException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /** Returns the reason, and how to repair it. */
  public Failure failure() {
    return failure;
  }
}
