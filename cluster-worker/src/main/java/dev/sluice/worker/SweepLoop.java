package dev.sluice.worker;

import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.sweep.OrphanSweep;
import dev.sluice.worker.watch.LedgerWatch;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sweeps orphans and maintains the ledgers' keys at intervals. A step that fails affects only
 * itself, and is tried again at the next interval.
 */
final class SweepLoop {

  private static final Logger log = LoggerFactory.getLogger(SweepLoop.class);

  private final SessionContext context;
  private final LedgerWatch watch;
  private final OrphanSweep sweep;

  SweepLoop(SessionContext context, OrphanSweep sweep, LedgerWatch watch) {
    this.context = context;
    this.sweep = sweep;
    this.watch = watch;
  }

  /** One of the steps that run at intervals. */
  private interface Step {
    void run() throws InterruptedException;
  }

  /** Runs until the session ends. */
  void run(CountDownLatch ending) throws InterruptedException {
    do {
      contained("ledger-upkeep", this::refreshKeys);
      contained("sweep", sweep::sweep);
    } while (!ending.await(
        context.config().patience().sweepInterval().toMillis(), TimeUnit.MILLISECONDS));
  }

  private void refreshKeys() throws InterruptedException {
    if (context.upkeep().refresh()) {
      watch.readAgain();
    }
  }

  private void contained(String loop, Step step) throws InterruptedException {
    try {
      step.run();
    } catch (ApiException e) {
      log.atWarn()
          .addKeyValue("cluster", context.config().cluster())
          .setCause(e)
          .log("a {} failed; it is tried again at the next interval", loop);
    } catch (RuntimeException | Error e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      context.containment().failed(loop, context.config().cluster(), e);
    }
  }
}
