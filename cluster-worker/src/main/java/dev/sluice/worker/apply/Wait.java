package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.Waiting;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A wait of a stage: limited in time, reported once it lasts longer than a second, and ended early
 * by each change of the application's objects that is observed.
 */
final class Wait {

  /** The time for which nothing is reported. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  /** The least time between two reports. */
  private static final Duration AGAIN = Duration.ofSeconds(15);

  /** The least and the longest time until the cluster is asked, in case no change is observed. */
  private static final Duration LEAST = Duration.ofMillis(50);

  private static final Duration MOST = Duration.ofSeconds(2);
  private static final int LISTED = 20;

  private final String stage;
  private final LogEntry entry;
  private final ApplyContext context;
  private final Duration limit;
  private final Instant begun;
  private CompletableFuture<Void> change;
  private List<ObservedObject> reported = List.of();
  private Optional<Instant> reportedAt = Optional.empty();

  /**
   * Begins a wait.
   *
   * @param limit the longest duration
   */
  Wait(String stage, LogEntry entry, ApplyContext context, Duration limit) {
    this.stage = stage;
    this.entry = entry;
    this.context = context;
    this.limit = limit;
    this.begun = context.clock().instant();
    this.change = context.live().change(entry.application());
  }

  Duration limit() {
    return limit;
  }

  /** Returns whether less than the limit has passed since a time; true if it is not known. */
  boolean isWithin(Optional<Instant> since) {
    return since.map(time -> context.clock().instant().isBefore(time.plus(limit))).orElse(true);
  }

  /** Returns how long it has lasted. */
  Duration lasted() {
    return Duration.between(begun, context.clock().instant());
  }

  /**
   * Waits for a while.
   *
   * @param objects what is waited for
   * @return false if the time is over
   * @throws HaltException if a newer generation arrived
   */
  boolean pause(List<ObservedObject> objects, Attempt attempt)
      throws HaltException, InterruptedException {
    Duration next = next(objects);
    if (next.isZero()) {
      return false;
    }
    var unused = attempt.pace().pause(next, change);
    change = context.live().change(entry.application());
    return true;
  }

  /**
   * Waits for a while, even if a newer generation arrives.
   *
   * @param objects what is waited for
   * @return false if the time is over
   */
  boolean outlast(List<ObservedObject> objects, Attempt attempt) throws InterruptedException {
    Duration next = next(objects);
    if (next.isZero()) {
      return false;
    }
    attempt.pace().outlast(next, change);
    change = context.live().change(entry.application());
    return true;
  }

  /** Reports the wait if that is due; returns the longest time to wait, zero if it is over. */
  private Duration next(List<ObservedObject> objects) {
    Duration lasted = lasted();
    Duration left = limit.minus(lasted);
    if (!left.isPositive()) {
      return Duration.ZERO;
    }
    report(objects, lasted);
    Duration untilReport = lasted.compareTo(QUIET) < 0 ? QUIET.minus(lasted).plusMillis(1) : MOST;
    Duration poll = least(MOST, most(LEAST, lasted.dividedBy(4)));
    return least(least(poll, untilReport), left);
  }

  private void report(List<ObservedObject> objects, Duration lasted) {
    Instant now = context.clock().instant();
    boolean isDue =
        reportedAt.isEmpty()
            ? lasted.compareTo(QUIET) >= 0
            : !reported.equals(objects) && !reportedAt.get().plus(AGAIN).isAfter(now);
    if (isDue) {
      List<ObservedObject> listed = objects.subList(0, Math.min(LISTED, objects.size()));
      int omitted = objects.size() - listed.size();
      context
          .reporter()
          .send(
              new Waiting(
                  entry.subject(),
                  stage,
                  listed,
                  omitted == 0 ? Optional.empty() : Optional.of(omitted),
                  begun.plus(limit)),
              entry.trace());
      reported = List.copyOf(objects);
      reportedAt = Optional.of(now);
    }
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration most(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
