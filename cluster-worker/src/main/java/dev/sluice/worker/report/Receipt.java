package dev.sluice.worker.report;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A record on its way to the broker. */
public final class Receipt {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CompletableFuture<Void> committed = new CompletableFuture<>();

  Receipt() {}

  void committed() {
    committed.complete(null);
  }

  void failed(Throwable cause) {
    committed.completeExceptionally(cause);
  }

  /**
   * Waits until the record is committed.
   *
   * @throws ReportException if it cannot be
   */
  public void await() throws ReportException, InterruptedException {
    try {
      committed.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ReportException("the broker does not take a result", e);
    }
  }
}
