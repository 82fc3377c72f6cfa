package dev.sluice.worker;

import dev.sluice.platform.process.FailureLog;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.sweep.OrphanSweep;
import dev.sluice.worker.watch.LedgerWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sweeps orphans, maintains the ledgers' keys and checks their watch at intervals. A step that
 * fails affects only itself, and is tried again at the next interval.
 */
final class SweepLoop {

  private static final Logger log = LoggerFactory.getLogger(SweepLoop.class);

  /** The time without a watch that is a problem; reconnecting takes seconds. */
  private static final Duration UNWATCHED = Duration.ofMinutes(5);

  private final SessionContext context;
  private final LedgerWatch watch;
  private final OrphanSweep sweep;
  private final FailureLog failures;
  private final Consumer<Optional<String>> problem;
  private Instant watchedAt;

  /**
   * Creates the loop.
   *
   * @param problem receives at each interval why the session does not work as it should; empty if
   *     it does
   */
  SweepLoop(
      SessionContext context,
      OrphanSweep sweep,
      LedgerWatch watch,
      Consumer<Optional<String>> problem) {
    this.context = context;
    this.sweep = sweep;
    this.failures = new FailureLog(log, "sweep");
    this.watch = watch;
    this.problem = problem;
    this.watchedAt = context.resources().clock().instant();
  }

  /** One of the steps that run at intervals. */
  private interface Step {
    void run() throws InterruptedException;
  }

  /** Runs until the session ends. */
  void run(CountDownLatch ending) throws InterruptedException {
    do {
      contained("ledger-upkeep", this::refreshKeys);
      contained("sweep", () -> sweep.sweep(watch.kinds()));
      checkWatch();
    } while (!ending.await(
        context.config().patience().sweepInterval().toMillis(), TimeUnit.MILLISECONDS));
  }

  private void checkWatch() {
    Instant now = context.resources().clock().instant();
    if (watch.isWatching()) {
      watchedAt = now;
    }
    problem.accept(
        now.isBefore(watchedAt.plus(UNWATCHED))
            ? Optional.empty()
            : Optional.of(
                "the ledgers are not watched since %s, so changes by others go unnoticed"
                    .formatted(watchedAt)));
  }

  private void refreshKeys() throws InterruptedException {
    if (context.upkeep().refresh()) {
      watch.readAgain();
    }
  }

  private void contained(String loop, Step step) throws InterruptedException {
    String subject = "the %s of %s".formatted(loop, context.config().cluster());
    try {
      step.run();
      failures.succeeded(subject);
    } catch (ApiException e) {
      failures.failed(subject, e);
    } catch (RuntimeException | Error e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      context.containment().failed(loop, context.config().cluster(), e);
    }
  }
}
