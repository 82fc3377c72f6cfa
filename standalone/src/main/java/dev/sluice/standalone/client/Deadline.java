package dev.sluice.standalone.client;

import dev.sluice.platform.config.Setting;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Time at which something has to be finished, by the elapsed time of this process.
 *
 * @param end as {@link System#nanoTime} counts
 */
record Deadline(long end) {

  private static final Duration LONGEST = Duration.ofDays(36_500);

  static Deadline in(Duration limit) {
    Duration bounded = limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
    return new Deadline(System.nanoTime() + bounded.toNanos());
  }

  /** Returns the time that is left; zero if there is none. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  boolean isOver() {
    return left().isZero();
  }

  /** Returns the earlier one of two. */
  Deadline or(Deadline other) {
    return end - other.end() <= 0 ? this : other;
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
