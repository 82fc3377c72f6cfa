package dev.sluice.standalone.client.output;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * Ages in the form that kubectl prints, such as {@code 12s}, {@code 5m}, {@code 3h20m} and {@code
 * 4d}.
 *
 * @see <a
 *     href="https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go">
 *     HumanDuration</a>
 */
public final class Age {

  private Age() {}

  /** Returns how long ago a time was; a text that is not a time is returned as it is. */
  public static String of(String time, Instant now) {
    try {
      return of(Duration.between(Instant.parse(time), now));
    } catch (DateTimeException e) {
      return time;
    }
  }

  /** Returns a duration with its one or two largest units. A negative one is zero. */
  public static String of(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    long minutes = seconds / 60;
    long hours = minutes / 60;
    long days = hours / 24;
    if (seconds < 120) {
      return seconds + "s";
    }
    if (minutes < 10) {
      return joined(minutes, "m", seconds % 60, "s");
    }
    if (hours < 3) {
      return minutes + "m";
    }
    if (hours < 8) {
      return joined(hours, "h", minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    if (days < 8) {
      return joined(days, "d", hours % 24, "h");
    }
    if (days < 2 * 365) {
      return days + "d";
    }
    return days < 8 * 365 ? joined(days / 365, "y", days % 365, "d") : days / 365 + "y";
  }

  /** Returns a duration with milliseconds or tenths of seconds if it is short. */
  static String precise(Duration duration) {
    long millis = duration.toMillis();
    return millis < 1_000
        ? millis + " ms"
        : millis < 60_000
            ? "%d.%d s".formatted(millis / 1_000, millis % 1_000 / 100)
            : of(duration);
  }

  private static String joined(long large, String unit, long small, String smallUnit) {
    return large + unit + (small == 0 ? "" : small + smallUnit);
  }
}
