package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.OutsideFailures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures of a partition's earlier sessions, so that the next session avoids their cause. A record
 * that ended two sessions is not handled again; a ref that ended sessions is paused for a doubling
 * time. Neither blocks the rest of the partition. Safe for concurrent use.
 */
public final class LoopFailures {

  /** Failures until a record or ref is held responsible: the first may have had another cause. */
  private static final int CERTAIN = 2;

  private static final Backoff SESSIONS =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
  private static final Backoff REFS = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(10));

  private static final Logger log = LoggerFactory.getLogger(LoopFailures.class);

  private final Clock clock;
  private final String subject;
  private final FailureLog sessions;
  private final Map<Long, Suspicion> records = new HashMap<>();
  private final Map<RefKey, Suspicion> refs = new HashMap<>();
  private int failures;
  private boolean attributed;
  private Optional<String> reason = Optional.empty();

  /** Sessions that the same record or ref ended. */
  private record Suspicion(int times, String reason, Instant until) {}

  public LoopFailures(int partition, Clock clock) {
    this.clock = clock;
    this.subject = "the loop of partition " + partition;
    this.sessions = new FailureLog(log, "partition");
  }

  /** Records that a session has failed; returns the delay before the next one. */
  public synchronized Duration failed(Throwable cause) {
    failures++;
    sessions.failed(subject, cause);
    reason = Optional.of(OutsideFailures.describe(cause));
    // if a record or ref is suspected, the next session avoids it and need not wait
    Duration pause = SESSIONS.after(attributed ? 1 : failures);
    attributed = false;
    return pause;
  }

  /** Records that a session has run long enough to count as recovered. */
  synchronized void recovered() {
    failures = 0;
    reason = Optional.empty();
    sessions.succeeded(subject);
  }

  /** Returns why the last session failed; empty once a session has recovered. */
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
              "a fault of Sluice itself: the ref is paused until {}, and then tried again",
              now.until());
    }
  }

  /** Returns why a record must not be handled; empty if it may be. */
  synchronized Optional<String> poison(long offset) {
    return Optional.ofNullable(records.get(offset))
        .filter(found -> found.times() >= CERTAIN)
        .map(Suspicion::reason);
  }

  /** Returns for how long a ref is still paused. */
  synchronized Duration remainingPause(RefKey ref) {
    Suspicion found = refs.get(ref);
    if (found == null || found.times() < CERTAIN) {
      return Duration.ZERO;
    }
    Duration left = Duration.between(clock.instant(), found.until());
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Forgets the failures of a ref after an evaluation has succeeded. */
  synchronized void clear(RefKey ref) {
    refs.remove(ref);
  }

  /** Forgets the records before a committed offset. */
  synchronized void committed(long offset) {
    records.keySet().removeIf(suspected -> suspected < offset);
  }

  private Suspicion first(Throwable cause) {
    return new Suspicion(1, String.valueOf(cause), clock.instant());
  }

  private Suspicion again(Suspicion before, Suspicion now) {
    int times = before.times() + 1;
    return new Suspicion(times, now.reason(), clock.instant().plus(REFS.after(times)));
  }
}
