package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.platform.kafka.KafkaFailures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What earlier sessions of a home ended with, so that the next one gets past it. A record that a
 * session ended at twice is not handled again; a ref at which sessions end is left alone for a
 * while, which doubles. So neither stops what else belongs to the home. Safe for concurrent use.
 */
public final class Setbacks {

  /** Whatever ended the first session may have been something else. */
  private static final int CERTAIN = 2;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration LONGEST_REST = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger(Setbacks.class);

  private final Clock clock;
  private final Map<Long, Suspicion> records = new HashMap<>();
  private final Map<RefKey, Suspicion> refs = new HashMap<>();
  private int failures;
  private boolean attributed;
  private Optional<String> reason = Optional.empty();

  /** Sessions that ended at the same place. */
  private record Suspicion(int times, String reason, Instant until) {}

  public Setbacks(Clock clock) {
    this.clock = clock;
  }

  /** Records that a session has ended; returns how long to wait before the next one. */
  public synchronized Duration failed(Throwable cause) {
    failures++;
    reason = Optional.of(KafkaFailures.describe(cause));
    // if it is known at what, the next session keeps away from that, and the others need not wait
    Duration pause = attributed ? FIRST_PAUSE : doubled(FIRST_PAUSE, failures, LONGEST_PAUSE);
    attributed = false;
    return pause;
  }

  /** Records that a session goes on well. */
  synchronized void settled() {
    failures = 0;
    reason = Optional.empty();
  }

  /** Why the last session ended, until one goes on well. */
  public synchronized Optional<String> reason() {
    return reason;
  }

  synchronized void suspect(long offset, Throwable cause) {
    attributed = true;
    records.merge(offset, first(cause), this::again);
  }

  synchronized void suspect(RefKey ref, Throwable cause) {
    attributed = true;
    Suspicion now = refs.merge(ref, first(cause), this::again);
    if (now.times() >= CERTAIN) {
      log.atError()
          .addKeyValue("repository", ref.repository())
          .addKeyValue("ref", ref.ref())
          .setCause(cause)
          .log(
              "a fault of Sluice itself: the ref is left alone until {}, and tried again then",
              now.until());
    }
  }

  /** Why a record is not to be handled; empty if it is. */
  synchronized Optional<String> poison(long offset) {
    return Optional.ofNullable(records.get(offset))
        .filter(found -> found.times() >= CERTAIN)
        .map(Suspicion::reason);
  }

  /** For how long a ref is still left alone. */
  synchronized Duration rest(RefKey ref) {
    Suspicion found = refs.get(ref);
    if (found == null || found.times() < CERTAIN) {
      return Duration.ZERO;
    }
    Duration left = Duration.between(clock.instant(), found.until());
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Forgets what was held against a ref: all that was to be done for it is done. */
  synchronized void cleared(RefKey ref) {
    refs.remove(ref);
  }

  /** Forgets records before an offset that is committed. */
  synchronized void passed(long offset) {
    records.keySet().removeIf(suspected -> suspected < offset);
  }

  private Suspicion first(Throwable cause) {
    return new Suspicion(1, String.valueOf(cause), clock.instant());
  }

  private Suspicion again(Suspicion before, Suspicion now) {
    int times = before.times() + 1;
    return new Suspicion(
        times,
        now.reason(),
        clock.instant().plus(doubled(Duration.ofSeconds(2), times, LONGEST_REST)));
  }

  private static Duration doubled(Duration first, int times, Duration most) {
    Duration wait = first.multipliedBy(1L << Math.min(times - 1, 12));
    return wait.compareTo(most) > 0 ? most : wait;
  }
}
