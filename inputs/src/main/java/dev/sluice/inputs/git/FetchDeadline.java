package dev.sluice.inputs.git;

import java.time.Clock;
import java.time.Instant;
import org.eclipse.jgit.lib.EmptyProgressMonitor;

/** Monitor that cancels a fetch after a deadline, even if data keeps arriving slowly. */
final class FetchDeadline extends EmptyProgressMonitor {

  private final Clock clock;
  private final Instant end;

  FetchDeadline(Clock clock, Instant end) {
    this.clock = clock;
    this.end = end;
  }

  @Override
  public boolean isCancelled() {
    return clock.instant().isAfter(end);
  }
}
