package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The states of a lane and the transitions between them. Does no I/O, has no clock of its own and
 * is not thread-safe. Transitions that have to be reported are collected in {@link #effects()}.
 */
final class LaneMachine {

  private final LanePolicy policy;
  private final Queue<Effect> effects = new ArrayDeque<>();
  private LaneState state = new LaneState.Idle();
  private @Nullable LogEntry newest;
  private @Nullable LogEntry pending;
  private Optional<Instant> check = Optional.empty();
  private int failedChecks;
  private boolean lostMeanwhile;
  private boolean wokenMeanwhile;

  LaneMachine(LanePolicy policy) {
    this.policy = policy;
  }

  LaneState state() {
    return state;
  }

  /**
   * Returns the effects that are not reported yet, oldest first. The caller removes those that it
   * has reported.
   */
  Queue<Effect> effects() {
    return effects;
  }

  /** Returns the name of the state, for metrics. */
  String phase() {
    return switch (state) {
      case LaneState.Idle _ -> "idle";
      case LaneState.Queued _ -> "queued";
      case LaneState.Checking(LogEntry _, LaneState.Parked _) -> "parked";
      case LaneState.Running _, LaneState.Checking _ -> "running";
      case LaneState.Retrying _ -> "retrying";
      case LaneState.Parked _ -> "parked";
    };
  }

  /** Returns whether nothing is to be done or reported now. */
  boolean isIdle(Instant now) {
    return state instanceof LaneState.Idle
        && due().filter(at -> !at.isAfter(now)).isEmpty()
        && effects.isEmpty();
  }

  /** Returns whether a newer generation waits for the running attempt to end. */
  boolean isOvertaken() {
    return pending != null;
  }

  Optional<Generation> newest() {
    return Optional.ofNullable(newest).map(LogEntry::generation);
  }

  /** Returns the size of the newest record; 0 without one. */
  long bytes() {
    return newest == null ? 0 : newest.bytes();
  }

  /** Queues a record of the topic; returns false for one that is not newer than the last. */
  boolean offer(LogEntry entry, Instant now) {
    if (newest != null && !entry.generation().isAfter(newest.generation())) {
      return false;
    }
    newest = entry;
    switch (state) {
      case LaneState.Idle() -> state = new LaneState.Queued(entry, now);
      case LaneState.Queued(LogEntry old, Instant _) -> replace(old, entry, now);
      case LaneState.Retrying(LogEntry old, LaneState.Tries _, Instant _) ->
          replace(old, entry, now);
      case LaneState.Parked parked -> replace(parked.entry(), entry, now);
      case LaneState.Running _, LaneState.Checking _ -> {
        if (pending != null) {
          effects.add(new Effect.Superseded(pending, entry.generation()));
        }
        pending = entry;
      }
    }
    return true;
  }

  /** Queues the newest generation again, since the cluster may have lost it. */
  void applyAgain(Instant now) {
    if (state instanceof LaneState.Running || state instanceof LaneState.Checking) {
      lostMeanwhile = true;
    } else if (newest != null) {
      state = new LaneState.Queued(newest, now);
    }
  }

  /**
   * Compares the live objects with the generation that is done, once nothing newer is queued or
   * runs.
   */
  void check(Instant due) {
    check = Optional.of(check.filter(other -> other.isBefore(due)).orElse(due));
  }

  /** Retries at once if parked because of the cluster's state. */
  void wake(Instant now) {
    wake(now, parked -> parked.wake() instanceof Wake.ClusterChange);
  }

  /** Retries at once if parked for such a cause. */
  void wake(Instant now, Predicate<Outcome.Parked> cause) {
    if (state instanceof LaneState.Running) {
      wokenMeanwhile = true;
    } else if (state instanceof LaneState.Parked parked && cause.test(parked.cause())) {
      state = parked.dueAt(now);
    } else if (state instanceof LaneState.Checking(LogEntry entry, LaneState.Parked parked)
        && cause.test(parked.cause())) {
      state = new LaneState.Checking(entry, parked.dueAt(now));
    } else if (state instanceof LaneState.Idle && check.isPresent()) {
      check = Optional.of(now);
    }
  }

  /** Returns when the next attempt is due; empty if none is. */
  Optional<Instant> due() {
    return switch (state) {
      case LaneState.Idle _ -> newest == null ? Optional.empty() : check;
      case LaneState.Running _, LaneState.Checking _ -> Optional.empty();
      case LaneState.Queued queued -> Optional.of(queued.due());
      case LaneState.Retrying retrying -> Optional.of(retrying.due());
      case LaneState.Parked parked -> isCheckDue() ? check : parked.due();
    };
  }

  /** Postpones the due attempt, without counting it as a try. */
  void postpone(Instant due) {
    if (isCheckDue()) {
      check = Optional.of(due);
      return;
    }
    state =
        switch (state) {
          case LaneState.Queued queued -> new LaneState.Queued(queued.entry(), due);
          case LaneState.Retrying retrying ->
              new LaneState.Retrying(retrying.entry(), retrying.tries(), due);
          case LaneState.Parked parked -> parked.dueAt(due);
          case LaneState.Idle idle -> idle;
          case LaneState.Running running -> running;
          case LaneState.Checking checking -> checking;
        };
  }

  /** Returns whether a check is due rather than an attempt. */
  boolean isCheckDue() {
    return switch (state) {
      case LaneState.Idle _ -> check.isPresent();
      case LaneState.Parked parked ->
          check.isPresent() && parked.due().filter(at -> !at.isAfter(check.get())).isEmpty();
      case LaneState.Queued _, LaneState.Running _, LaneState.Checking _, LaneState.Retrying _ ->
          false;
    };
  }

  /**
   * Begins the check that is due.
   *
   * @throws IllegalStateException if none is
   */
  LogEntry beginCheck() {
    if (!isCheckDue() || newest == null) {
      throw new IllegalStateException("nothing to check: " + state);
    }
    state = new LaneState.Checking(newest, state);
    check = Optional.empty();
    lostMeanwhile = false;
    return newest;
  }

  /** Records the end of the check. */
  void endCheck(CheckOutcome outcome, Instant now) {
    if (!(state instanceof LaneState.Checking(LogEntry entry, LaneState before))) {
      throw new IllegalStateException("nothing is checked: " + state);
    }
    state = before;
    switch (outcome) {
      case CheckOutcome.Done() -> failedChecks = 0;
      case CheckOutcome.Again(Duration delay) -> check(now.plus(delay));
      case CheckOutcome.Failed() -> check(now.plus(policy.backoff().after(++failedChecks)));
    }
    if (pending != null) {
      if (before instanceof LaneState.Parked) {
        effects.add(new Effect.Superseded(entry, pending.generation()));
      }
      state = new LaneState.Queued(pending, now);
      pending = null;
    } else if (lostMeanwhile) {
      state = new LaneState.Queued(entry, now);
    }
  }

  /**
   * Begins the attempt that is due.
   *
   * @throws IllegalStateException if none is
   */
  LogEntry begin(Instant now) {
    LaneState.Running running =
        switch (state) {
          case LaneState.Queued(LogEntry entry, Instant _) ->
              new LaneState.Running(entry, LaneState.Tries.begin(now));
          case LaneState.Retrying(LogEntry entry, LaneState.Tries tries, Instant _) ->
              new LaneState.Running(entry, tries);
          case LaneState.Parked parked -> new LaneState.Running(parked.entry(), parked.tries());
          case LaneState.Idle _, LaneState.Running _, LaneState.Checking _ ->
              throw new IllegalStateException("nothing to begin: " + state);
        };
    state = running;
    lostMeanwhile = false;
    wokenMeanwhile = false;
    return running.entry();
  }

  /** Records the outcome of the running attempt. */
  void end(Outcome outcome, Instant now) {
    if (!(state instanceof LaneState.Running(LogEntry entry, LaneState.Tries tries))) {
      throw new IllegalStateException("nothing is running: " + state);
    }
    if (pending != null) {
      if (!(outcome instanceof Outcome.Done)) {
        effects.add(new Effect.Superseded(entry, pending.generation()));
      }
      state = new LaneState.Queued(pending, now);
      pending = null;
      return;
    }
    LaneState.Tries failed = tries.withFailure();
    switch (outcome) {
      case Outcome.Done() ->
          state = lostMeanwhile ? new LaneState.Queued(entry, now) : new LaneState.Idle();
      case Outcome.RetryAfter(Failure failure, Optional<Duration> asked) ->
          retry(entry, failed, failure, asked, now);
      case Outcome.Parked parked -> park(entry, failed, parked, now);
    }
  }

  private void retry(
      LogEntry entry,
      LaneState.Tries tries,
      Failure failure,
      Optional<Duration> asked,
      Instant now) {
    boolean stuck = !now.isBefore(tries.since().plus(policy.stuckAfter()));
    if (stuck || tries.parked()) {
      park(entry, tries, new Outcome.Parked(failure, new Wake.ClusterChange("its end")), now);
      return;
    }
    Duration own = policy.backoff().after(tries.failed());
    Duration bounded = asked.map(policy::bounded).orElse(own);
    Duration delay = bounded.compareTo(own) > 0 ? bounded : own;
    state = new LaneState.Retrying(entry, tries, now.plus(delay));
    effects.add(new Effect.Retrying(entry, tries.failed(), delay, failure));
  }

  private void park(LogEntry entry, LaneState.Tries tries, Outcome.Parked cause, Instant now) {
    state = new LaneState.Parked(entry, tries.park(), cause, due(cause.wake(), tries, now));
    effects.add(
        new Effect.Parked(entry, tries.failed(), tries.since(), cause.failure(), cause.wake()));
  }

  private Optional<Instant> due(Wake wake, LaneState.Tries tries, Instant now) {
    boolean timed = wake instanceof Wake.ClusterChange;
    if (lostMeanwhile || (wokenMeanwhile && !(wake instanceof Wake.NewInput))) {
      return Optional.of(now);
    }
    return timed ? Optional.of(now.plus(policy.afterParking(tries.failed()))) : Optional.empty();
  }

  private void replace(LogEntry old, LogEntry entry, Instant now) {
    if (entry.generation().isAfter(old.generation())) {
      effects.add(new Effect.Superseded(old, entry.generation()));
    }
    state = new LaneState.Queued(entry, now);
  }
}
