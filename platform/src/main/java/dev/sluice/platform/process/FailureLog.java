package dev.sluice.platform.process;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Log of work that is tried again until it succeeds. It has one line when the work begins to fail,
 * one for each further cause, and one when the work succeeds again; the attempts between them are
 * only counted. A failure with an external cause has no stack trace ({@link OutsideFailures}).
 */
public final class FailureLog {

  private static final List<Consumer<String>> COUNTERS = new CopyOnWriteArrayList<>();

  /** Maximum number of causes that are logged in a row of failures; more are only counted. */
  private static final int MOST_CAUSES = 20;

  private final Logger log;
  private final String work;
  private final LongSupplier nanoTime;
  private final Map<String, Series> failing = new ConcurrentHashMap<>();

  /** Failures in a row of one subject. */
  private static final class Series {
    private final long since;
    private final Set<String> causes = new HashSet<>();
    private long attempts;

    private Series(long since) {
      this.since = since;
    }
  }

  /** End of a subscription. */
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Creates a log.
   *
   * @param log takes the lines
   * @param work kind of the work, a word of a fixed set, for the metric
   */
  public FailureLog(Logger log, String work) {
    this(log, work, System::nanoTime);
  }

  /** Creates a log with a time of its own, which must not fail as the work may. */
  FailureLog(Logger log, String work, LongSupplier nanoTime) {
    this.log = log;
    this.work = work;
    this.nanoTime = nanoTime;
  }

  /** Calls the counter with the kind of the work at each failed attempt in this process. */
  public static Subscription countBy(Consumer<String> counter) {
    COUNTERS.add(counter);
    return () -> COUNTERS.remove(counter);
  }

  /**
   * Records a failed attempt.
   *
   * @param subject what has failed, such as "reading sluice.changes"; the beginning of the line
   */
  public void failed(String subject, Throwable failure) {
    String reason = OutsideFailures.describe(failure);
    if (isNew(subject, reason)) {
      LoggingEventBuilder line = log.atWarn();
      (OutsideFailures.isOutside(failure) ? line : line.setCause(failure))
          .log("{} failed: {}; trying again until it succeeds", subject, reason);
    }
  }

  /** Records a failed attempt whose reason is known. */
  public void failed(String subject, String reason) {
    if (isNew(subject, reason)) {
      log.atWarn().log("{} failed: {}; trying again until it succeeds", subject, reason);
    }
  }

  /** Records that an attempt has succeeded, or that the subject no longer exists. */
  public void succeeded(String subject) {
    Series ended = failing.remove(subject);
    if (ended != null) {
      log.atInfo().log(
          "{} succeeds again after {} and {} failed attempts",
          subject,
          shown(Duration.ofNanos(nanoTime.getAsLong() - ended.since)),
          ended.attempts);
    }
  }

  /** Counts the attempt, and returns whether the series has not had this cause before. */
  private boolean isNew(String subject, String reason) {
    COUNTERS.forEach(counter -> counter.accept(work));
    Series series = failing.computeIfAbsent(subject, _ -> new Series(nanoTime.getAsLong()));
    synchronized (series) {
      series.attempts++;
      // counts, times and ports differ from attempt to attempt, and are not another cause
      return series.causes.size() < MOST_CAUSES
          && series.causes.add(reason.replaceAll("[0-9]+", "0"));
    }
  }

  private static String shown(Duration duration) {
    long seconds = Math.max(duration.toSeconds(), 0);
    return seconds < 120
        ? seconds + " s"
        : seconds < 7200 ? seconds / 60 + " m" : seconds / 3600 + " h";
  }
}
