package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.decide.CommandDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.Trigger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a home has to remember of its applications, recomputed from {@code changes} alone: their
 * definitions, and who holds them back. Decided by the same {@link EventDecider} as the home's own
 * memory, over a memory of its own; what that would write is dropped. Pure.
 *
 * <p>What was sent cannot be recomputed without Git. Every cluster of a definition counts as sent
 * to, so that a removal is one.
 */
final class ReplayedState {

  private final PartitionState partitionState = new PartitionState();
  private final EventDecider decider;

  ReplayedState(int partition) {
    this.decider = new EventDecider(partitionState, partition);
  }

  /** Takes the next event of the home. */
  void take(ChangeEvent event, Envelope<?> envelope) {
    Trigger.Cause cause =
        new Trigger.Cause(
            List.of(envelope.id()), Optional.empty(), envelope.time(), envelope.trace());
    switch (event) {
      case ChangeEvent.DefinitionAccepted accepted -> {
        var unused = decider.accepted(accepted, cause, envelope.time());
        assumeSent(accepted.definition());
      }
      case ChangeEvent.DefinitionRemoved removed -> {
        var unused = decider.removed(removed, cause, envelope.time());
      }
      case ChangeEvent.CommandGiven given -> {
        CommandDecider.Verdict verdict =
            CommandDecider.judge(
                partitionState.application(given.application()),
                given,
                envelope.id(),
                envelope.time());
        var unused = decider.commanded(given, cause, verdict, envelope.time());
      }
      // none of them changes what is recomputed here
      case ChangeEvent.RefChanged _,
          ChangeEvent.RefForwarded _,
          ChangeEvent.ReadersAccepted _,
          ChangeEvent.LedgerAhead _,
          ChangeEvent.RepositoryMoved _,
          ChangeEvent.MergeRecorded _,
          ChangeEvent.DefaultBranchChanged _,
          ChangeEvent.CommandAnswered _ -> {}
    }
  }

  Optional<ApplicationState> application(ApplicationName name) {
    return partitionState.application(name);
  }

  private void assumeSent(Definition definition) {
    ApplicationState state = partitionState.application(definition.application()).orElseThrow();
    Map<ClusterName, Dispatched> dispatched = new HashMap<>(state.dispatched());
    for (ClusterTarget cluster : definition.clusters()) {
      dispatched.put(
          cluster.name(),
          new Dispatched(Generation.FIRST, Optional.of("assumed"), Optional.empty()));
    }
    partitionState.replay(
        new ApplicationState(
            state.application(),
            state.definition(),
            state.fleetRevision(),
            dispatched,
            state.refused(),
            state.holds(),
            state.demands(),
            state.retiredHome(),
            state.carriedOut(),
            state.possible()));
  }
}
