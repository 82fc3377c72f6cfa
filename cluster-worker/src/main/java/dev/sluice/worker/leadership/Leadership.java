package dev.sluice.worker.leadership;

import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.ThreadEnd;
import dev.sluice.worker.api.ApiException;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds, or waits for, the Lease that makes a worker the leader of its cluster. After losing
 * leadership the worker stands by and tries again. {@link Election} decides; this class makes the
 * calls, one at a time in its own thread.
 */
public final class Leadership implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  private static final Duration MIN_WAIT = Duration.ofMillis(10);

  /** Bounds a wait, so that liveness sees the thread turn while it leaves the Lease to others. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);

  private final AppliedLease lease;
  private final LeaseTimes times;
  private final Candidate candidate;
  private final Election election;
  private final LeadershipRequests requests = new LeadershipRequests();
  private final Thread thread;
  private final FailureLog failures;
  private String lastLogged = "";
  private volatile long turnedAt = System.nanoTime();
  private volatile long safeUntil = System.nanoTime();
  private volatile Optional<String> problem = Optional.empty();

  /** Receives changes of leadership, in the thread of this class. */
  public interface Candidate {

    /** Called when this worker became the leader. Must not block. */
    void startLeading();

    /**
     * Called when this worker is no longer the leader. Returns once nothing is written any longer.
     */
    void stopLeading();
  }

  private Leadership(AppliedLease lease, Identity identity, LeaseTimes times, Candidate candidate) {
    this.lease = lease;
    this.times = times;
    this.candidate = candidate;
    this.failures = new FailureLog(log, "election");
    this.election = new Election(identity.holder(), times);
    this.thread =
        Thread.ofPlatform().name("leadership-" + identity.lease()).daemon().unstarted(this::run);
  }

  /**
   * Starts trying to become the leader.
   *
   * @param candidate called by one thread
   * @param clock for the times in the Lease, which are informational
   */
  public static Leadership start(
      KubernetesClient client,
      Identity identity,
      LeaseTimes times,
      Candidate candidate,
      Clock clock) {
    Leadership leadership =
        new Leadership(
            new AppliedLease(client, identity, times.duration(), clock),
            identity,
            times,
            candidate);
    leadership.thread.start();
    return leadership;
  }

  /**
   * The Lease and its candidate.
   *
   * @param namespace of the Lease; created when it is missing
   * @param holder name of this worker, unique within the cluster
   */
  public record Identity(String namespace, String lease, String holder) {}

  /**
   * Gives up leadership if it is held, so that another worker can take it at once. Does not block.
   *
   * @param aside how long this worker then leaves the Lease to others
   */
  public void resign(Duration aside) {
    requests.resign(aside);
  }

  /**
   * Returns whether no other worker can be the leader at this moment, by locally elapsed time. A
   * process that was suspended detects this before it writes.
   */
  public boolean isSafe() {
    return safeUntil - System.nanoTime() > 0;
  }

  /** Returns whether the thread that renews the Lease makes progress. */
  public boolean isAlive(Duration within) {
    return thread.isAlive() && System.nanoTime() - turnedAt < within.toNanos();
  }

  /** Returns why the election fails unexpectedly; empty if its last turn did not. */
  public Optional<String> problem() {
    return problem;
  }

  /** Returns why the Lease cannot be read or written for a while; empty if it can. */
  public Optional<String> unreachable() {
    return lease.unreachable();
  }

  /** Gives up leadership, so that another worker need not wait until the Lease expires. */
  @Override
  public void close() {
    requests.end(thread);
    ThreadEnd.await(thread);
  }

  private void run() {
    while (!requests.isEnding()) {
      Duration wait = times.retryPeriod();
      try {
        wait = turn();
        problem = Optional.empty();
        failures.succeeded("the election for " + lease);
      } catch (InterruptedException e) {
        continue;
      } catch (ApiException e) {
        failures.failed("the election for " + lease, e);
      } catch (RuntimeException | Error e) {
        FatalErrors.check(e);
        problem =
            Optional.of(
                "the election for %s fails (%s); see the worker's log"
                    .formatted(lease, e.getClass().getSimpleName()));
        failures.failed("the election for " + lease, e);
      }
      turnedAt = System.nanoTime();
      if (election.isLeading() && !election.timeLeft(turnedAt).isPositive()) {
        log.atWarn().log("lost leadership: {} was not renewed in time", lease);
        lose();
      }
      await(wait);
    }
    giveUp();
  }

  /** Reads or renews the Lease and acts on it; returns how long to wait before the next turn. */
  private Duration turn() throws InterruptedException {
    long begun = System.nanoTime();
    Optional<ObservedLease> held = election.held();
    if (held.isPresent()) {
      try {
        take(held, begun);
        return times.renewPeriod();
      } catch (ApiException e) {
        if (!e.isPreconditionFailed() && !e.isNotFound()) {
          throw e;
        }
        // another worker wrote or deleted it: its current content decides
      }
    }
    Election.Step step = election.observe(lease.read(callTimeout()), System.nanoTime());
    if (held.isPresent() && !election.isLeading()) {
      log.atWarn().log("lost leadership: another worker holds {}", lease);
      lose();
    }
    switch (step) {
      case Election.Step.StandBy(String holder, Duration free) -> {
        lease.leftToOthers();
        logOnce("%s is held by %s".formatted(lease, holder));
        Duration retry = times.jitteredRetryPeriod();
        return free.compareTo(retry) < 0 ? free : retry;
      }
      case Election.Step.Take(Optional<ObservedLease> over) -> {
        takeIfStillFree(over);
        return times.retryPeriod();
      }
    }
  }

  private void takeIfStillFree(Optional<ObservedLease> over) throws InterruptedException {
    boolean led = election.isLeading();
    try {
      take(over, System.nanoTime());
    } catch (ApiException e) {
      if (!e.isPreconditionFailed()) {
        throw e;
      }
      return; // another was faster
    }
    if (!led) {
      lastLogged = "";
      log.atInfo().log("became the leader: {}", lease);
      try {
        candidate.startLeading();
      } catch (RuntimeException | Error e) {
        resign(times.duration()); // otherwise it would lead and do nothing
        throw e;
      }
    }
  }

  private void take(Optional<ObservedLease> over, long begun) throws InterruptedException {
    election.took(lease.take(over, callTimeout()), begun);
    safeUntil = begun + times.duration().toNanos();
  }

  /** Returns the timeout of calls. A leader's call must not outlast the renew deadline. */
  private Duration callTimeout() {
    return election.isLeading()
        ? max(election.timeLeft(System.nanoTime()), MIN_WAIT)
        : times.renewDeadline();
  }

  /**
   * Loses leadership. Another worker may have the Lease already, or soon, so nothing is written
   * from here on.
   */
  private void lose() {
    safeUntil = System.nanoTime();
    stopCandidate();
    election.leave();
  }

  /** Gives up leadership: ends the work first, then releases the Lease. */
  private void giveUp() {
    stopCandidate();
    safeUntil = System.nanoTime();
    boolean interrupted = Thread.interrupted();
    new LeaseRelease(lease, times.retryPeriod()).release(election.leave());
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopCandidate() {
    try {
      candidate.stopLeading();
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      log.atError().setCause(e).log("the leader session failed to stop");
    }
  }

  /**
   * Waits for the next turn. A resignation is carried out at once, and then others get their turn.
   */
  private void await(Duration duration) {
    Optional<Duration> aside = requests.await(max(duration, MIN_WAIT));
    if (aside.isPresent()) {
      giveUp();
      long until = System.nanoTime() + aside.get().toNanos();
      while (!requests.isEnding() && System.nanoTime() - until < 0) {
        turnedAt = System.nanoTime();
        Duration left = Duration.ofNanos(until - System.nanoTime());
        requests.await(max(left.compareTo(MAX_WAIT) < 0 ? left : MAX_WAIT, MIN_WAIT));
      }
    }
  }

  private void logOnce(String message) {
    if (!message.equals(lastLogged)) {
      log.atInfo().log(message);
      lastLogged = message;
    }
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
