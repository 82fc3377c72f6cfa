package dev.sluice.worker.api;

import dev.sluice.platform.process.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between the requests of a reflector: longer each time, until an event arrives, and at
 * least as long as the server asks for. Not thread-safe.
 */
final class WatchBackoff {

  private final Backoff backoff =
      new Backoff(
          Duration.ofMillis(200),
          RequestPace.LONGEST_PAUSE,
          () -> ThreadLocalRandom.current().nextDouble());

  private int pauses;

  /** Begins again with short pauses. */
  void reset() {
    pauses = 0;
  }

  /** Returns the duration of the next pause. */
  Duration next() {
    pauses++;
    return backoff.after(pauses);
  }

  /** Returns the duration of the pause after a failure. */
  Duration next(Throwable failure) {
    Duration own = next();
    if (!(failure instanceof ApiException refused)) {
      return own;
    }
    Duration asked = refused.retryAfter().orElse(own);
    Duration bounded =
        asked.compareTo(RequestPace.LONGEST_PAUSE) < 0 ? asked : RequestPace.LONGEST_PAUSE;
    return bounded.compareTo(own) > 0 ? bounded : own;
  }
}
