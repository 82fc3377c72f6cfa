package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Evaluates applications when the maintenance windows open that they wait for. The times are part
 * of the state, so that a new owner of the partition continues with them; and they are compared
 * with the clock, so that a clock that is set counts.
 */
final class WindowOpenings {

  private static final String REASON = "maintenance window";

  private final PartitionState state;
  private final RefScheduler scheduler;
  private final Clock clock;

  WindowOpenings(PartitionState state, RefScheduler scheduler, Clock clock) {
    this.state = state;
    this.scheduler = scheduler;
    this.clock = clock;
  }

  /** Evaluates the applications whose windows have opened. Called at each turn of the loop. */
  void check(TransactionBatch batch) {
    Instant now = clock.instant();
    for (Definition definition : state.opened(now)) {
      // there may be many, and all must be evaluated: the state remembers them
      scheduler.triggerRemembered(
          RefKey.of(definition.sources().getFirst()),
          new Trigger(
              new Trigger.Cause(List.of(), Optional.empty(), now, TraceParent.start()),
              new Trigger.Reason.ApplicationDue(definition.application(), REASON),
              OptionalLong.empty(),
              true),
          batch);
    }
  }
}
