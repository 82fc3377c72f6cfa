package dev.sluice.contract.window;

import java.time.Instant;

/**
 * The state in which windows do not allow that new inputs are sent.
 *
 * @param window the deny window that is open, or the allow window that is open next
 * @param until when to decide again
 * @param opens whether inputs may be sent then; false if none of the next five years allows it
 */
public record ClosedWindow(MaintenanceWindow window, Instant until, boolean opens) {

  /** Returns what is waited for, in words. */
  public String waitsFor() {
    return opens
        ? "the maintenance window that opens at %s (%s)".formatted(until, window)
        : "a maintenance window, none of which opens before %s (%s)".formatted(until, window);
  }
}
