package dev.sluice.dispatcher.partition;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.dispatcher.decide.CommandDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.EvaluationRequests;
import dev.sluice.dispatcher.evaluate.Recomputation;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
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
  private final Clock clock;

  CommandHandler(
      PartitionState partitionState,
      EventDecider decider,
      RefScheduler scheduler,
      Rebuilds rebuilds,
      Clock clock) {
    this.partitionState = partitionState;
    this.decider = decider;
    this.scheduler = scheduler;
    this.rebuilds = rebuilds;
    this.clock = clock;
  }

  /** Decides about a command, answers it and triggers the evaluation that follows. */
  void handle(
      ChangeEvent.CommandGiven given, Envelope<?> envelope, long offset, TransactionBatch batch) {
    Instant now = clock.instant();
    CommandDecider.Verdict verdict =
        partitionState
            .lost(given.application())
            .<CommandDecider.Verdict>map(CommandDecider.Verdict.Refused::new)
            .orElseGet(
                () ->
                    CommandDecider.judge(
                        partitionState.application(given.application()),
                        given,
                        envelope.id(),
                        now));
    // a repeated command is not carried out again, but its evaluation may still be due
    boolean repeated =
        partitionState
            .application(given.application())
            .map(state -> state.hasCarriedOut(envelope.id()))
            .orElse(false);
    if (!repeated
        && given.command() instanceof Command.Rebuild
        && verdict instanceof CommandDecider.Verdict.Accepted) {
      ApplicationState state = partitionState.application(given.application()).orElseThrow();
      rebuilds.add(
          new Recomputation.Task(
              given,
              EventHandler.cause(envelope),
              offset,
              state,
              new EvaluationRequests(partitionState).reevaluationOf(state)));
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
                  OptionalLong.of(offset)),
              batch);
      case CommandDecider.Verdict.Accepted _, CommandDecider.Verdict.Refused _ ->
          batch.finish(offset);
    }
  }
}
