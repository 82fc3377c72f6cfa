package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import java.util.Optional;

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

  /** Returns the end of an attempt that a newer generation has overtaken. */
  static HaltException superseded() {
    return new HaltException(
        new Outcome.RetryAfter(
            new Failure(
                ApplyFailure.SUPERSEDED,
                "a newer generation came",
                Failure.Stage.APPLY,
                Optional.empty()),
            Optional.empty()));
  }

  public Outcome outcome() {
    return outcome;
  }
}
