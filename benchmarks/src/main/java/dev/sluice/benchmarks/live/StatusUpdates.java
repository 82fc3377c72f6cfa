package dev.sluice.benchmarks.live;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Updates of the status of all applications' Deployments at a steady rate. */
final class StatusUpdates {

  private static final int AT_ONCE = 32;
  private static final String PATCH =
      """
      {"status": {"conditions": [{
        "type": "Benchmark", "status": "True", "reason": "Updated", "message": "update %d",
        "lastTransitionTime": "2026-01-01T00:00:00Z", "lastUpdateTime": "2026-01-01T00:00:00Z"}]}}
      """;

  private final RawApi api;
  private final String namespace;

  StatusUpdates(RawApi api, String namespace) {
    this.api = api;
    this.namespace = namespace;
  }

  /**
   * Sends updates, each to the next application, and waits for their answers.
   *
   * @return the updates in a minute that were reached
   */
  double send(int applications, int updates, int perMinute) throws InterruptedException {
    Semaphore free = new Semaphore(AT_ONCE);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long interval = 60_000_000_000L / perMinute;
    long start = System.nanoTime();
    for (int i = 0; i < updates; i++) {
      long wait = start + i * interval - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      }
      free.acquire();
      String path =
          "/apis/apps/v1/namespaces/%s/deployments/%s/status?fieldManager=%s"
              .formatted(namespace, SampleApplications.name(i % applications), RawApi.MANAGER);
      var unused =
          api.patch(path, RawApi.STRATEGIC, PATCH.formatted(i))
              .whenComplete(
                  (_, thrown) -> {
                    free.release();
                    if (thrown != null) {
                      failure.set(thrown);
                    }
                  });
    }
    free.acquire(AT_ONCE);
    if (failure.get() != null) {
      throw new IllegalStateException("an update was refused", failure.get());
    }
    return updates * 60e9 / (System.nanoTime() - start);
  }
}
