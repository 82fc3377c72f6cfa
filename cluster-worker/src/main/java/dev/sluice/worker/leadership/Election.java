package dev.sluice.worker.leadership;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides who leads, as client-go's leader election does: a Lease of another holder is free when
 * this process has seen no change of it for its duration. Only locally elapsed time counts, so a
 * wrong clock, here or there, neither takes a Lease from a healthy holder nor leaves it with a dead
 * one.
 *
 * <p>Pure: {@code now} is a monotonic time in nanoseconds, such as {@link System#nanoTime}.
 */
final class Election {

  /** Limit for the duration in another holder's Lease, in multiples of this worker's own. */
  private static final int MOST_TIMES_OWN = 4;

  private final String identity;
  private final LeaseTimes times;
  private State state = new State.Standby();
  private @Nullable ObservedLease seen;
  private long seenAt;

  private sealed interface State {

    record Standby() implements State {}

    /**
     * This worker leads.
     *
     * @param lease as last written
     * @param renewedAt when the last successful renewal began
     */
    record Leading(ObservedLease lease, long renewedAt) implements State {}
  }

  /** The next step for a Lease that was read. */
  sealed interface Step {

    /** Another worker holds it; it is free no earlier than after this time. */
    record StandBy(String holder, Duration free) implements Step {}

    /** Write this worker as the holder, over the Lease that was read if there is one. */
    record Take(Optional<ObservedLease> over) implements Step {}
  }

  Election(String identity, LeaseTimes times) {
    this.identity = identity;
    this.times = times;
  }

  /** Returns the Lease to renew without reading it again, if this worker leads. */
  Optional<ObservedLease> held() {
    return state instanceof State.Leading leading ? Optional.of(leading.lease()) : Optional.empty();
  }

  boolean isLeading() {
    return state instanceof State.Leading;
  }

  /**
   * Decides the next step after reading the Lease.
   *
   * @param lease empty if there is none
   */
  Step observe(Optional<ObservedLease> lease, long now) {
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
   * Records that the Lease was written with this worker as the holder.
   *
   * @param begunAt when that write began: the holder's time starts there, since others may have
   *     seen the change at any moment after it
   */
  void took(ObservedLease written, long begunAt) {
    state = new State.Leading(written, begunAt);
    seen = written;
    seenAt = begunAt;
  }

  /** Leaves leadership, by choice or not; returns the Lease to release. */
  Optional<ObservedLease> leave() {
    Optional<ObservedLease> held = held();
    state = new State.Standby();
    return held;
  }

  /** Returns how long leadership may continue without a renewal; zero or less ends it now. */
  Duration timeLeft(long now) {
    return within(times.renewDeadline(), now);
  }

  /** Returns how long no other worker can take over; with zero or less, nothing may be written. */
  Duration safeTimeLeft(long now) {
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
