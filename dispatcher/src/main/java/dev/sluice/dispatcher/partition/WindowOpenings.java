package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Evaluates applications when the maintenance windows open that they wait for. The times are part
 * of the state, so that a new owner of the partition continues with them; and they are compared
 * with the clock, so that a clock that is set counts.
 */
final class WindowOpenings {

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
    // there may be many, and all must be evaluated: the state remembers them, once for each ref
    byRef(state.opened(clock.instant()))
        .forEach(
            (key, applications) ->
                scheduler.triggerRemembered(key, opened(applications, clock.instant()), batch));
  }

  /** Returns the names of applications by the ref whose queue decides about them. */
  static Map<RefKey, Set<ApplicationName>> byRef(List<Definition> definitions) {
    return definitions.stream()
        .collect(
            Collectors.groupingBy(
                definition -> RefKey.of(definition.sources().getFirst()),
                Collectors.mapping(Definition::application, Collectors.toSet())));
  }

  private static Trigger opened(Set<ApplicationName> applications, Instant now) {
    return new Trigger(
        new Trigger.Cause(List.of(), Optional.empty(), now, TraceParent.start()),
        new Trigger.Reason.WindowOpened(applications),
        OptionalLong.empty(),
        true);
  }
}
