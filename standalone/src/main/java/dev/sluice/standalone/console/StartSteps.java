package dev.sluice.standalone.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Steps of a start. Each is printed with its time once it is done; one that takes long is also
 * named while it runs.
 */
public final class StartSteps implements AutoCloseable {

  /** Steps that are not shown. */
  public static final StartSteps HIDDEN =
      new StartSteps(
          new PrintStream(OutputStream.nullOutputStream(), false, UTF_8), Duration.ofDays(1));

  private static final Duration LONG = Duration.ofSeconds(5);

  private final PrintStream out;
  private final Duration interval;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("start-steps").factory());

  /** Creates steps that are printed, and again every five seconds while they run. */
  public StartSteps(PrintStream out) {
    this(out, LONG);
  }

  StartSteps(PrintStream out, Duration interval) {
    this.out = out;
    this.interval = interval;
  }

  /**
   * Carries out a step.
   *
   * @param what the part that starts, such as "broker"
   */
  public <T> T run(String what, Callable<T> step) throws Exception {
    long begun = System.nanoTime();
    ScheduledFuture<?> reminder =
        timer.scheduleAtFixedRate(
            () -> print("still starting: %s, %.0f s", what, seconds(begun)),
            interval.toMillis(),
            interval.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      T result = step.call();
      print("%s started after %.1f s", what, seconds(begun));
      return result;
    } finally {
      reminder.cancel(false);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private synchronized void print(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
