package dev.sluice.dispatcher.partition;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.CommandDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.EvaluationRequests;
import dev.sluice.dispatcher.evaluate.Recomputation;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handler of operators' commands of a partition. */
final class CommandHandler {

  private static final Logger log = LoggerFactory.getLogger(CommandHandler.class);

  private final PartitionState partitionState;
  private final EventDecider decider;
  private final RefScheduler scheduler;
  private final Rebuilds rebuilds;
  private final CommandLookups lookups;
  private final Clock clock;

  /** By application, a command for which something is looked up, and the commands behind it. */
  private final Map<ApplicationName, Deque<Received>> waiting = new HashMap<>();

  private OptionalLong decided = OptionalLong.empty();

  CommandHandler(
      PartitionState partitionState,
      EventDecider decider,
      RefScheduler scheduler,
      Rebuilds rebuilds,
      CommandLookups lookups,
      Clock clock) {
    this.partitionState = partitionState;
    this.decider = decider;
    this.scheduler = scheduler;
    this.rebuilds = rebuilds;
    this.lookups = lookups;
    this.clock = clock;
  }

  /** Command that was read from the topic. */
  private record Received(CommandEvent.Given given, Envelope<?> envelope, long offset) {}

  /**
   * Decides about a command, answers it and triggers the evaluation that follows. While something
   * is looked up for a command, later commands to the same application wait.
   */
  void handle(CommandEvent.Given given, Envelope<?> envelope, long offset, TransactionBatch batch) {
    Received received = new Received(given, envelope, offset);
    Deque<Received> queue = waiting.get(given.application());
    if (queue != null) {
      queue.add(received);
    } else {
      handle(received, Optional.empty(), batch);
    }
  }

  /** Decides about a command whose lookup has ended, and about the commands behind it. */
  void lookedUp(PartitionInput.LookedUp lookedUp, TransactionBatch batch) {
    Deque<Received> queue = waiting.remove(lookedUp.application());
    if (queue == null) {
      throw new IllegalStateException("nothing was looked up for " + lookedUp.application());
    }
    handle(queue.removeFirst(), Optional.of(lookedUp), batch);
    while (!queue.isEmpty()) {
      Received next = queue.removeFirst();
      handle(next, Optional.empty(), batch);
      Deque<Received> again = waiting.get(lookedUp.application());
      if (again != null) {
        again.addAll(queue);
        return;
      }
    }
  }

  /** Answers the rebuilds that were recomputed. */
  void recomputed(PartitionInput.Recomputed recomputed, TransactionBatch batch) {
    for (Recomputation.Answer answer : recomputed.answers()) {
      decided = OptionalLong.of(answer.task().offset());
      rebuilds.answer(answer, batch, clock.instant());
    }
    rebuilds.recomputed();
  }

  /** Returns the offset of the command about which this handler decided last. */
  OptionalLong decided() {
    return decided;
  }

  private void handle(
      Received received, Optional<PartitionInput.LookedUp> lookedUp, TransactionBatch batch) {
    decided = OptionalLong.of(received.offset());
    CommandEvent.Given given = received.given();
    Envelope<?> envelope = received.envelope();
    Instant now = clock.instant();
    CommandDecider.Verdict verdict = judge(received, lookedUp, now);
    // a repeated command is not carried out again, but its evaluation may still be due
    boolean repeated =
        partitionState
            .application(given.application())
            .map(state -> state.hasCarriedOut(envelope.id()))
            .orElse(false);
    boolean isNew = !repeated && verdict instanceof CommandDecider.Verdict.Accepted;
    if (isNew && given.command() instanceof Command.Rebuild) {
      rebuild(received);
      return;
    }
    if (isNew
        && lookedUp.isEmpty()
        && lookups.start(given, partitionState.application(given.application()).orElseThrow())) {
      waiting.put(given.application(), new ArrayDeque<>(List.of(received)));
      return;
    }
    if (!repeated) {
      batch.add(decider.commanded(given, EventHandler.cause(envelope), verdict, now));
      log.atInfo()
          .addKeyValue("application", given.application())
          .addKeyValue("eventId", envelope.id())
          .log("{} by {}: {}", given.command(), given.by(), verdict.message());
    }
    switch (verdict) {
      case CommandDecider.Verdict.Accepted accepted when accepted.trigger().isPresent() ->
          scheduler.trigger(
              accepted.ref().orElseThrow(),
              new Trigger(
                  new Trigger.Cause(
                      List.of(envelope.id()),
                      Optional.of(given.by()),
                      envelope.time(),
                      envelope.trace()),
                  accepted.trigger().get(),
                  OptionalLong.of(received.offset())),
              batch);
      case CommandDecider.Verdict.Accepted _, CommandDecider.Verdict.Refused _ ->
          batch.finish(received.offset());
    }
  }

  private CommandDecider.Verdict judge(
      Received received, Optional<PartitionInput.LookedUp> lookedUp, Instant now) {
    ApplicationName application = received.given().application();
    return partitionState
        .lost(application)
        .or(() -> lookedUp.flatMap(PartitionInput.LookedUp::objection))
        .<CommandDecider.Verdict>map(CommandDecider.Verdict.Refused::new)
        .orElseGet(
            () ->
                CommandDecider.judge(
                    partitionState.application(application),
                    received.given(),
                    received.envelope().id(),
                    now,
                    lookedUp.flatMap(PartitionInput.LookedUp::target)));
  }

  private void rebuild(Received received) {
    ApplicationState state =
        partitionState.application(received.given().application()).orElseThrow();
    rebuilds.add(
        new Recomputation.Task(
            received.given(),
            EventHandler.cause(received.envelope()),
            received.offset(),
            state,
            new EvaluationRequests(partitionState).reevaluationOf(state)));
  }
}
