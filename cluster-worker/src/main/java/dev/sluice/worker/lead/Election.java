package dev.sluice.worker.lead;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides who leads, as client-go's leader election does: a Lease that another holds is free when
 * this process has seen no change of it for as long as it lasts. Only the time that passes here
 * counts, so that a clock that is wrong, here or there, neither takes a Lease from a healthy holder
 * nor leaves one with a dead one.
 *
 * <p>Pure: {@code now} is a monotonic time in nanoseconds, such as {@link System#nanoTime}.
 */
final class Election {

  /** A holder may have been given longer times than this worker, but not without end. */
  private static final int MOST_TIMES_OWN = 4;

  private final String identity;
  private final LeaseTimes times;
  private State state = new State.Standby();
  private @Nullable ObservedLease seen;
  private long seenAt;

  private sealed interface State {

    record Standby() implements State {}

    /**
     * It leads.
     *
     * @param lease as it was written last
     * @param renewedAt when the last renewal that succeeded was begun
     */
    record Leading(ObservedLease lease, long renewedAt) implements State {}
  }

  /** What to do about a Lease as it is. */
  sealed interface Step {

    /** Another holds it; no sooner than after this time is it free. */
    record StandBy(String holder, Duration free) implements Step {}

    /** Write this worker's name over it; over nothing where there is none. */
    record Take(Optional<ObservedLease> over) implements Step {}
  }

  Election(String identity, LeaseTimes times) {
    this.identity = identity;
    this.times = times;
  }

  /** What is to be renewed without another look, if this worker leads. */
  Optional<ObservedLease> held() {
    return state instanceof State.Leading leading ? Optional.of(leading.lease()) : Optional.empty();
  }

  boolean isLeading() {
    return state instanceof State.Leading;
  }

  /**
   * The Lease was read.
   *
   * @param lease empty if there is none
   */
  Step saw(Optional<ObservedLease> lease, long now) {
    if (lease.isEmpty()) {
      seen = null;
      return new Step.Take(lease);
    }
    ObservedLease found = lease.get();
    if (seen == null || !seen.uid().equals(found.uid()) || !seen.spec().equals(found.spec())) {
      seenAt = now;
    }
    seen = found;
    if (found.holder().isBlank() || found.isHeldBy(identity)) {
      return new Step.Take(lease);
    }
    state = new State.Standby();
    long left = lasts(found).toNanos() - (now - seenAt);
    return left <= 0
        ? new Step.Take(lease)
        : new Step.StandBy(found.holderShortened(), Duration.ofNanos(left));
  }

  /**
   * The Lease was written with this worker's name.
   *
   * @param begunAt when that was begun: the holder's time runs from there, since another may have
   *     seen the change at any moment after it
   */
  void took(ObservedLease written, long begunAt) {
    state = new State.Leading(written, begunAt);
    seen = written;
    seenAt = begunAt;
  }

  /** The lead is given up or lost; returns what there is to release. */
  Optional<ObservedLease> leave() {
    Optional<ObservedLease> held = held();
    state = new State.Standby();
    return held;
  }

  /** How long the lead may go on without a renewal; zero or less: it ends now. */
  Duration left(long now) {
    return within(times.renewDeadline(), now);
  }

  /** How long no other worker can take the lead; zero or less: nothing may be written any more. */
  Duration safe(long now) {
    return within(times.duration(), now);
  }

  private Duration within(Duration limit, long now) {
    return state instanceof State.Leading leading
        ? limit.minusNanos(now - leading.renewedAt())
        : Duration.ZERO;
  }

  private Duration lasts(ObservedLease lease) {
    Duration own = times.duration();
    Duration said = Duration.ofSeconds(lease.durationSeconds());
    Duration most = own.multipliedBy(MOST_TIMES_OWN);
    Duration least = said.compareTo(own) > 0 ? said : own;
    return least.compareTo(most) > 0 ? most : least;
  }
}
