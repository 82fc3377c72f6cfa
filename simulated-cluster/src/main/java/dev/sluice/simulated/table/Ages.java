package dev.sluice.simulated.table;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Durations in the format of tables: {@code 45s}, {@code 3m12s}, {@code 5h}, {@code 2d}. */
final class Ages {
  private Ages() {}

  static String since(String time, Instant now) {
    try {
      return show(Duration.between(Instant.parse(time), now));
    } catch (DateTimeParseException e) {
      return "<unknown>";
    }
  }

  static String show(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    long minutes = seconds / 60;
    long hours = minutes / 60;
    long days = hours / 24;
    if (seconds < 120) {
      return seconds + "s";
    }
    if (minutes < 10) {
      return minutes + "m" + rest(seconds % 60, "s");
    }
    if (hours < 3) {
      return minutes + "m";
    }
    if (hours < 8) {
      return hours + "h" + rest(minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    return days < 8 ? days + "d" + rest(hours % 24, "h") : days + "d";
  }

  private static String rest(long value, String unit) {
    return value == 0 ? "" : value + unit;
  }
}
