package dev.sluice.standalone.cli;

import dev.sluice.platform.process.ExitActions;
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
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean started;

  /**
   * Creates the life of the parts of this process. From then on, SIGINT and SIGTERM end it with the
   * exit code 0 if the parts close in time; while they start, they need not close.
   */
  public static Lifetime ofProcess() {
    Lifetime lifetime = new Lifetime();
    Runtime.getRuntime().addShutdownHook(new Thread(lifetime::stop, "stop"));
    return lifetime;
  }

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
    started = true;
    asked.await();
  }

  /** Ends the process with the exit code 0, unless it ends by itself or does not close in time. */
  private void stop() {
    if (closed.getCount() == 0) {
      return; // the JVM ends since the command has ended
    }
    asked.countDown();
    try {
      if (!started || closed.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        ExitActions.run();
        // without this the JVM exits with 143 (128 + SIGTERM), which reads as a failure
        Runtime.getRuntime().halt(0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
