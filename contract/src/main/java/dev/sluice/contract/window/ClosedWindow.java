package dev.sluice.contract.window;

import java.time.Instant;

/**
 * The state in which windows do not allow that new inputs are sent.
 *
 * @param window the deny window that ends then, or the allow window that opens then
 * @param until when to decide again
 * @param opens whether inputs may be sent then; false if none of the next five years allows it
 */
public record ClosedWindow(MaintenanceWindow window, Instant until, boolean opens) {

  /** Returns what is waited for, in words. */
  public String waitsFor() {
    String words =
        opens
            ? window.kind() == MaintenanceWindow.Kind.ALLOW
                ? "the maintenance window that opens at %s (%s)"
                : "the end of the maintenance window at %s (%s)"
            : "a change of its maintenance windows, which allow nothing before %s (%s)";
    return words.formatted(until, window);
  }
}
