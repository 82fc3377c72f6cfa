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
 * Reads again now and then what may change while the receiver runs. One of these that fails,
 * however it fails, keeps neither the others nor its own next time from being read.
 */
final class Refreshing {

  private static final Logger LOG = LoggerFactory.getLogger(Refreshing.class);

  private final Map<String, Runnable> followed;
  private final Map<String, String> failures = new HashMap<>();
  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * What is read again.
   *
   * @param followed by what it is, for messages; each blocks
   */
  Refreshing(Map<String, Runnable> followed) {
    this.followed = Map.copyOf(followed);
  }

  /** Begins. One round at a time, however long a file system takes. */
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

  /** Reads everything once. */
  void refresh() {
    followed.forEach(
        (what, refreshing) -> {
          try {
            refreshing.run();
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
