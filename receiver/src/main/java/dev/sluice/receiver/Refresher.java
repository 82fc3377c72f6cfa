package dev.sluice.receiver;

import dev.sluice.platform.process.FatalErrors;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timer that periodically reads again the files that may change while the receiver runs. A failure,
 * of any kind, affects neither the other files nor the next attempt.
 */
final class Refresher {

  private static final Logger LOG = LoggerFactory.getLogger(Refresher.class);

  private final Map<String, Runnable> readers;
  private final Map<String, String> failures = new HashMap<>();
  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * Creates the timer.
   *
   * @param readers readers by the name used in messages; each may block
   */
  Refresher(Map<String, Runnable> readers) {
    this.readers = Map.copyOf(readers);
  }

  /** Starts the timer. Runs do not overlap, however long a file system takes. */
  void start(Vertx vertx, Duration period) {
    vertx.setPeriodic(
        period.toMillis(),
        _ -> {
          if (running.compareAndSet(false, true)) {
            vertx
                .executeBlocking(
                    () -> {
                      refresh();
                      return null;
                    })
                .onComplete(_ -> running.set(false));
          }
        });
  }

  /** Reads every file once. */
  void refresh() {
    readers.forEach(
        (what, reader) -> {
          try {
            reader.run();
            if (failures.remove(what) != null) {
              LOG.atInfo().log("{} can be read again", what);
            }
          } catch (RuntimeException | Error e) {
            FatalErrors.check(e);
            if (!e.toString().equals(failures.put(what, e.toString()))) {
              LOG.atError().setCause(e).log("{} cannot be read again; it stays as it was", what);
            }
          }
        });
  }
}
