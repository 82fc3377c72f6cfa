package dev.sluice.worker.lane;

/** Ends an attempt from within: the attempt does nothing further. */
public final class HaltException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Outcome outcome;

  public HaltException(Outcome outcome) {
    super(
        switch (outcome) {
          case Outcome.Done() -> "nothing left to do";
          case Outcome.RetryAfter retry -> retry.failure().message();
          case Outcome.Parked parked -> parked.failure().message();
        });
    this.outcome = outcome;
  }

  public Outcome outcome() {
    return outcome;
  }
}
