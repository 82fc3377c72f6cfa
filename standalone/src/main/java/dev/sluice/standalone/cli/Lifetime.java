package dev.sluice.standalone.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a running program: parts are started in order, and closed in reverse when the process
 * is asked to stop (SIGINT, SIGTERM) or when starting one of them fails.
 */
public final class Lifetime implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

  private static final long CLOSE_SECONDS = 30;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Takes over a started part, to close it; returns the part. */
  public <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  /**
   * Waits until the process is asked to stop. The process then waits up to 30 seconds for {@link
   * #close}; unfinished work is recovered at the next start, as after a crash.
   */
  public void awaitStop() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  asked.countDown();
                  try {
                    closed.await(CLOSE_SECONDS, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "stop"));
    asked.await();
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.atWarn()
            .setCause(e)
            .addKeyValue("part", part.getClass().getSimpleName())
            .log("did not close cleanly");
      }
    }
    closed.countDown();
  }
}
