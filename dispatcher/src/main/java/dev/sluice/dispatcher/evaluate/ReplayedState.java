package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.decide.CommandDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.Trigger;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * State of a partition's applications, replayed from {@code changes} alone: their definitions and
 * holds. The same {@link EventDecider} as in the partition's loop decides, over a separate state;
 * the decided records are dropped. A command that is written twice is carried out once. Whether a
 * restoration was carried out depends on Git, and that of a resend on the log, so the answer to it
 * decides, for which later commands to the application wait. Pure.
 *
 * <p>Sent targets cannot be replayed without Git. Every cluster of a definition counts as sent to,
 * so that removals take effect.
 */
final class ReplayedState {

  private final PartitionState partitionState = new PartitionState();
  private final EventDecider decider;

  /** By application, a command without the answer that it needs, and the commands behind it. */
  private final Map<ApplicationName, Deque<Given>> waiting = new HashMap<>();

  private record Given(CommandEvent.Given given, Trigger.Cause cause) {

    EventId id() {
      return cause.events().getFirst();
    }

    /** Returns whether only the answer shows what the command has changed. */
    boolean needsAnswer() {
      return given.command() instanceof Command.Restore
          || given.command() instanceof Command.Resend;
    }
  }

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
      case CommandEvent.Given given -> {
        Given command = new Given(given, cause);
        Deque<Given> queue = waiting.get(given.application());
        if (queue != null) {
          queue.add(command);
        } else if (command.needsAnswer()) {
          waiting.put(given.application(), new ArrayDeque<>(List.of(command)));
        } else {
          carryOut(command, Optional.empty());
        }
      }
      case CommandEvent.Answered answered -> {
        Deque<Given> queue = waiting.get(answered.application());
        if (queue != null && queue.getFirst().id().equals(answered.given())) {
          settle(answered.application(), queue, answered.accepted(), answered.pinned());
        }
      }
      // none of them changes a definition or a hold
      case ChangeEvent.ForgeEvent _,
          ChangeEvent.ReadersAccepted _,
          ChangeEvent.LedgerAhead _,
          ChangeEvent.DependencyReported _,
          FleetApprovalEvent _,
          CommandEvent.Outcome _ -> {}
    }
  }

  /**
   * Returns the state of an application, in which commands without an answer so far count as the
   * live state has it.
   */
  Optional<ApplicationState> application(ApplicationState live) {
    ApplicationName name = live.application();
    for (Deque<Given> queue = waiting.get(name); queue != null; queue = waiting.get(name)) {
      Given first = queue.getFirst();
      settle(name, queue, live.hasCarriedOut(first.id()), pinned(live, first.given()));
    }
    return partitionState.application(name);
  }

  /** Returns the commit that the live state is pinned to by a resend. */
  private static Optional<CommitId> pinned(ApplicationState live, CommandEvent.Given given) {
    return given.command() instanceof Command.Resend resend
        ? given.clusters().stream()
            .map(cluster -> live.holds().get(cluster))
            .filter(Objects::nonNull)
            .filter(hold -> hold.resent().equals(Optional.of(resend.generation())))
            .findFirst()
            .flatMap(Hold::commit)
        : Optional.empty();
  }

  /** Replays a command that needs its answer, and those behind it up to the next such one. */
  private void settle(
      ApplicationName application,
      Deque<Given> queue,
      boolean accepted,
      Optional<CommitId> pinned) {
    Given first = queue.removeFirst();
    if (accepted) {
      carryOut(first, pinned);
    }
    while (!queue.isEmpty() && !queue.getFirst().needsAnswer()) {
      carryOut(queue.removeFirst(), Optional.empty());
    }
    if (queue.isEmpty()) {
      waiting.remove(application);
    }
  }

  private void carryOut(Given command, Optional<CommitId> pinned) {
    CommandEvent.Given given = command.given();
    Optional<ApplicationState> state = partitionState.application(given.application());
    if (state.filter(known -> known.hasCarriedOut(command.id())).isEmpty()) {
      Instant at = command.cause().heardAt();
      CommandDecider.Verdict verdict =
          CommandDecider.judgeAnswered(state, given, command.id(), at, pinned);
      var unused = decider.commanded(given, command.cause(), verdict, at);
    }
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
            state.possible(),
            state.awaiting()));
  }
}
