package dev.sluice.contract.window;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.name.ClusterName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A recurring time in which new inputs may be sent, or must not.
 *
 * @param schedule when it starts, in local time
 * @param duration how long it lasts, 1 minute to 366 days of elapsed time
 * @param timeZone of the schedule
 * @param clusters the clusters that it holds for; empty for all
 * @param description why it exists, for people; at most 200 characters
 * @param project the project that it belongs to; empty if the application has it itself
 */
public record MaintenanceWindow(
    Kind kind,
    CronSchedule schedule,
    Duration duration,
    ZoneId timeZone,
    Optional<List<ClusterName>> clusters,
    Optional<String> description,
    Optional<String> project) {

  private static final Duration LEAST = Duration.ofMinutes(1);
  private static final Duration MOST = Duration.ofDays(366);
  private static final int LONGEST_DESCRIPTION = 200;

  /** Whether a window allows or denies. */
  public enum Kind {
    @JsonProperty("allow")
    ALLOW,
    @JsonProperty("deny")
    DENY
  }

  public MaintenanceWindow {
    clusters = clusters.map(List::copyOf);
    checked(duration);
    description.ifPresent(MaintenanceWindow::checked);
  }

  /**
   * Returns a duration that a window may have.
   *
   * @throws IllegalArgumentException if it may not
   */
  public static Duration checked(Duration duration) {
    if (duration.compareTo(LEAST) < 0 || duration.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "a maintenance window lasts between 1m and 8784h, not %s".formatted(words(duration)));
    }
    return duration;
  }

  /**
   * Returns a description that a window may have.
   *
   * @throws IllegalArgumentException if it may not
   */
  public static String checked(String description) {
    if (description.length() > LONGEST_DESCRIPTION) {
      throw new IllegalArgumentException(
          "has %d characters, and at most %d are allowed"
              .formatted(description.length(), LONGEST_DESCRIPTION));
    }
    return description;
  }

  private static String words(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  /** Returns this window for these clusters only. */
  public MaintenanceWindow in(List<ClusterName> names) {
    return new MaintenanceWindow(
        kind, schedule, duration, timeZone, Optional.of(names), description, project);
  }

  /** Returns whether the window holds for a cluster. */
  boolean concerns(ClusterName cluster) {
    return clusters.map(names -> names.contains(cluster)).orElse(true);
  }

  /** Returns when the window ends; empty if it is not open at this instant. */
  Optional<Instant> endAt(Instant instant) {
    Instant end = schedule.lastUntil(instant, timeZone).plus(duration);
    return Optional.of(end).filter(instant::isBefore);
  }

  /** Returns when the window starts next. */
  Instant nextStart(Instant instant) {
    return schedule.nextAfter(instant, timeZone);
  }

  /** Returns the window in words, such as {@code deny '0 22 * * *' for 8h in Europe/Berlin}. */
  @Override
  public String toString() {
    return "%s '%s' for %s in %s%s%s"
        .formatted(
            kind == Kind.ALLOW ? "allow" : "deny",
            schedule,
            words(duration),
            timeZone,
            project.map(" of the project %s"::formatted).orElse(""),
            description.map(": %s"::formatted).orElse(""));
  }
}
