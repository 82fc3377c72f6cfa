package dev.sluice.worker.lane;

import java.time.Duration;

/** The result of a check of live objects, which decides when the next one is due. */
public sealed interface CheckOutcome {

  /** The next one is due when a live object changes. */
  record Done() implements CheckOutcome {}

  /** The next one is due after a delay. */
  record Again(Duration delay) implements CheckOutcome {}

  /** It failed; the next one is due after a delay that grows with each failure. */
  record Failed() implements CheckOutcome {}
}
