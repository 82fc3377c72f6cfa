package dev.sluice.contract.cel;

import java.time.Duration;

/** The steps and the time that one evaluation may take. */
final class Budget {

  private final long deadline;
  private int steps;
  private boolean isSpent;

  Budget(int steps, Duration time) {
    this.steps = steps;
    deadline = System.nanoTime() + time.toNanos();
  }

  /**
   * Takes one step.
   *
   * @throws IllegalStateException if nothing is left
   */
  void spend() {
    if (isSpent || --steps < 0 || System.nanoTime() - deadline > 0) {
      isSpent = true;
      throw new IllegalStateException("the budget of the evaluation is spent");
    }
  }

  boolean isSpent() {
    return isSpent;
  }
}
