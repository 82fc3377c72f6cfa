package dev.sluice.contract.window;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Schedule of five fields as crontab(5) has them: minute, hour, day of month, month, day of week (0
 * and 7 are Sunday). If neither day begins with {@code *}, one of the two has to match, otherwise
 * both.
 *
 * <p>Times are local. A time that clocks skip is the first instant after the gap, and one that they
 * show twice is its first instant.
 */
public final class CronSchedule {

  private static final List<CronField.Form> FORMS =
      List.of(
          new CronField.Form("minute", 0, 59, List.of()),
          new CronField.Form("hour", 0, 23, List.of()),
          new CronField.Form("day of month", 1, 31, List.of()),
          new CronField.Form(
              "month",
              1,
              12,
              List.of(
                  "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                  "dec")),
          new CronField.Form(
              "day of week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat")));

  private static final int SUNDAY = 7;

  /** Longest time between two matching days: 29 February on one day of the week, around 2100. */
  private static final int YEARS = 40;

  /** A day from which all days of a schedule are found within the longest time. */
  private static final LocalDate ANY_DAY = LocalDate.of(2000, 1, 1);

  private final String text;
  private final CronField minutes;
  private final CronField hours;
  private final CronField daysOfMonth;
  private final CronField months;
  private final CronField daysOfWeek;

  private CronSchedule(String text, List<CronField> fields) {
    this.text = text;
    this.minutes = fields.get(0);
    this.hours = fields.get(1);
    this.daysOfMonth = fields.get(2);
    this.months = fields.get(3);
    this.daysOfWeek = fields.get(4);
  }

  /**
   * Parses a schedule.
   *
   * @throws IllegalArgumentException if it is none, or has only days that do not exist
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static CronSchedule parse(String text) {
    String[] words = text.strip().split("\\s+");
    if (words.length != FORMS.size()) {
      throw new IllegalArgumentException(
          "a cron schedule has five fields: minute, hour, day of month, month and day of week, such as 0 22 * * 1-5; not '%s'"
              .formatted(text));
    }
    List<CronField> fields = new ArrayList<>();
    for (int i = 0; i < words.length; i++) {
      fields.add(FORMS.get(i).parse(words[i]));
    }
    CronSchedule schedule = new CronSchedule(String.join(" ", words), fields);
    if (schedule.nextDay(ANY_DAY) == null) {
      throw new IllegalArgumentException(
          "no month of the cron schedule '%s' has such a day".formatted(text));
    }
    return schedule;
  }

  /** Returns the first time after an instant. */
  public Instant nextAfter(Instant instant, ZoneId zone) {
    return instant(nextFrom(lastMinute(instant, zone).plusMinutes(1)), zone);
  }

  /** Returns the last time at or before an instant. */
  public Instant lastUntil(Instant instant, ZoneId zone) {
    return instant(lastFrom(lastMinute(instant, zone)), zone);
  }

  /**
   * Returns the last local minute that has begun, of those that clocks show twice in the first
   * pass. All later minutes begin after the instant, so that no search has to try these.
   */
  static LocalDateTime lastMinute(Instant instant, ZoneId zone) {
    LocalDateTime local = LocalDateTime.ofInstant(instant, zone);
    ZoneOffsetTransition transition = zone.getRules().getTransition(local);
    boolean isSecondPass = transition != null && !instant.isBefore(transition.getInstant());
    LocalDateTime last = isSecondPass ? transition.getDateTimeBefore().minusNanos(1) : local;
    return last.truncatedTo(ChronoUnit.MINUTES);
  }

  private static Instant instant(LocalDateTime local, ZoneId zone) {
    ZoneOffsetTransition transition = zone.getRules().getTransition(local);
    return transition != null && transition.isGap()
        ? transition.getInstant()
        : local.atZone(zone).toInstant();
  }

  /** Returns the first matching local time from this one on. */
  private LocalDateTime nextFrom(LocalDateTime from) {
    LocalDate date = existing(nextDay(from.toLocalDate()));
    if (!date.equals(from.toLocalDate())) {
      return date.atTime(hours.next(0), minutes.next(0));
    }
    int hour = hours.next(from.getHour());
    if (hour == from.getHour() && minutes.next(from.getMinute()) >= 0) {
      return date.atTime(hour, minutes.next(from.getMinute()));
    }
    int later = hours.next(from.getHour() + 1);
    return later >= 0
        ? date.atTime(later, minutes.next(0))
        : existing(nextDay(date.plusDays(1))).atTime(hours.next(0), minutes.next(0));
  }

  /** Returns the last matching local time up to this one. */
  private LocalDateTime lastFrom(LocalDateTime from) {
    LocalDate date = existing(previousDay(from.toLocalDate()));
    if (!date.equals(from.toLocalDate())) {
      return date.atTime(hours.previous(23), minutes.previous(59));
    }
    int hour = hours.previous(from.getHour());
    if (hour == from.getHour() && minutes.previous(from.getMinute()) >= 0) {
      return date.atTime(hour, minutes.previous(from.getMinute()));
    }
    int earlier = hours.previous(from.getHour() - 1);
    return earlier >= 0
        ? date.atTime(earlier, minutes.previous(59))
        : existing(previousDay(date.minusDays(1))).atTime(hours.previous(23), minutes.previous(59));
  }

  private @Nullable LocalDate nextDay(LocalDate from) {
    LocalDate end = from.plusYears(YEARS);
    LocalDate date = from;
    while (date.isBefore(end)) {
      if (!months.matches(date.getMonthValue())) {
        date = YearMonth.from(date).plusMonths(1).atDay(1);
      } else if (matches(date)) {
        return date;
      } else {
        date = date.plusDays(1);
      }
    }
    return null;
  }

  private @Nullable LocalDate previousDay(LocalDate from) {
    LocalDate end = from.minusYears(YEARS);
    LocalDate date = from;
    while (date.isAfter(end)) {
      if (!months.matches(date.getMonthValue())) {
        date = YearMonth.from(date).minusMonths(1).atEndOfMonth();
      } else if (matches(date)) {
        return date;
      } else {
        date = date.minusDays(1);
      }
    }
    return null;
  }

  private LocalDate existing(@Nullable LocalDate date) {
    if (date == null) {
      throw new IllegalStateException("the cron schedule '%s' has no days".formatted(text));
    }
    return date;
  }

  private boolean matches(LocalDate date) {
    int weekday = date.getDayOfWeek().getValue();
    boolean isDayOfWeek =
        daysOfWeek.matches(weekday) || (weekday == SUNDAY && daysOfWeek.matches(0));
    boolean isDayOfMonth = daysOfMonth.matches(date.getDayOfMonth());
    boolean needsBoth = daysOfMonth.isAny() || daysOfWeek.isAny();
    return needsBoth ? (isDayOfMonth && isDayOfWeek) : (isDayOfMonth || isDayOfWeek);
  }

  @JsonValue
  public String text() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CronSchedule schedule && schedule.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
