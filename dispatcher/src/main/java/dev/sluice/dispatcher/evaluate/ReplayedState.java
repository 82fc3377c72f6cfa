package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
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
 * State of a partition's applications, replayed from {@code changes} alone: their definitions and
 * holds. The same {@link EventDecider} as in the partition's loop decides, over a separate state;
 * the decided records are dropped. A command that is written twice is carried out once. Pure.
 *
 * <p>Sent targets cannot be replayed without Git. Every cluster of a definition counts as sent to,
 * so that removals take effect.
 */
final class ReplayedState {

  private final PartitionState partitionState = new PartitionState();
  private final EventDecider decider;

  ReplayedState(int partition) {
    this.decider = new EventDecider(partitionState, partition);
  }

  /** Replays the next event of the partition. */
  void replay(ChangeEvent event, Envelope<?> envelope) {
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
        Optional<ApplicationState> state = partitionState.application(given.application());
        if (state.filter(known -> known.hasCarriedOut(envelope.id())).isEmpty()) {
          CommandDecider.Verdict verdict =
              CommandDecider.judge(state, given, envelope.id(), envelope.time());
          var unused = decider.commanded(given, cause, verdict, envelope.time());
        }
      }
      // none of them changes a definition or a hold
      case ChangeEvent.ForgeEvent _,
          ChangeEvent.ReadersAccepted _,
          ChangeEvent.LedgerAhead _,
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
            state.retiredOwner(),
            state.carriedOut(),
            state.possible()));
  }
}
