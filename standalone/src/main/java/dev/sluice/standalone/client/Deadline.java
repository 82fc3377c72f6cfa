package dev.sluice.standalone.client;

import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.ExitException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Time at which something has to be finished, by the elapsed time of this process.
 *
 * @param end as {@link System#nanoTime} counts
 */
public record Deadline(long end) {

  private static final Duration LONGEST = Duration.ofDays(36_500);

  public static Deadline in(Duration limit) {
    Duration bounded = limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
    return new Deadline(System.nanoTime() + bounded.toNanos());
  }

  /** Returns the time that is left; zero if there is none. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  public boolean isOver() {
    return left().isZero();
  }

  /** Returns the earlier one of two. */
  Deadline or(Deadline other) {
    return end - other.end() <= 0 ? this : other;
  }

  /** Waits before a request is repeated; an interrupt ends the command with this reason. */
  public static void pause(Duration duration, String reason) {
    try {
      // nothing counts it down: the timeout sets the pace, and an interrupt ends the wait
      new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExitException(1, reason);
    }
  }

  /** Parser of a time limit on the command line. */
  static final class Limit implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
      try {
        Duration limit = Setting.parseDuration(text);
        if (limit.isPositive()) {
          return limit;
        }
        throw new TypeConversionException("expected more than 0");
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
