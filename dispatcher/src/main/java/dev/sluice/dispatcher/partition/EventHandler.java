package dev.sluice.dispatcher.partition;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.Decision;
import dev.sluice.dispatcher.decide.DependencyDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles each kind of event of a partition. */
final class EventHandler {

  private static final Logger log = LoggerFactory.getLogger(EventHandler.class);

  private final PartitionState partitionState;
  private final EventDecider decider;
  private final RefScheduler scheduler;
  private final CommandHandler commands;
  private final RefChangeHandler refChanges;
  private final DependencyDecider dependencies;
  private final Placement placement;
  private final Clock clock;

  EventHandler(
      PartitionState partitionState,
      EventDecider decider,
      RefScheduler scheduler,
      CommandHandler commands,
      Placement placement,
      PartitionContext context) {
    this.partitionState = partitionState;
    this.decider = decider;
    this.scheduler = scheduler;
    this.commands = commands;
    this.refChanges = new RefChangeHandler(partitionState, decider, scheduler, context);
    this.dependencies = new DependencyDecider(partitionState, placement.partition());
    this.placement = placement;
    this.clock = context.clock();
  }

  /** Handles a record; returns the reason if the partition must stop reading events. */
  Optional<String> handle(ConsumerRecord<String, byte[]> record, TransactionBatch batch) {
    switch (EventCodec.decode(record)) {
      case Decoded.Known known -> {
        if (known.envelope().event() instanceof ChangeEvent event) {
          Optional<String> objection = placement.objection(event);
          if (objection.isPresent()) {
            damaged(record, objection.get(), batch);
          } else {
            handle(event, known.envelope(), record.offset(), batch);
          }
        } else {
          damaged(record, "it is not an event of this topic", batch);
        }
      }
      case Decoded.Damaged damaged -> damaged(record, damaged.reason(), batch);
      case Decoded.UnknownType unknown -> {
        return Optional.of(
            "record %d of partition %d of %s is of the unknown type %s: this version stops here, so that nothing is lost; start a newer one"
                .formatted(record.offset(), record.partition(), record.topic(), unknown.ceType()));
      }
    }
    return Optional.empty();
  }

  /** Opens a dead letter for a record whose handling fails, and continues with the next one. */
  void passOver(ConsumerRecord<String, byte[]> record, String reason, TransactionBatch batch) {
    unusable(
        record,
        "record %d of partition %d of %s cannot be handled, which is a fault of Sluice: %s; report it, and replay the entry with a version that can"
            .formatted(record.offset(), record.partition(), record.topic(), reason),
        batch);
  }

  private void handle(
      ChangeEvent event, Envelope<?> envelope, long offset, TransactionBatch batch) {
    switch (event) {
      case ChangeEvent.RefChanged changed -> refChanges.changed(changed, envelope, offset, batch);
      case ChangeEvent.RefForwarded forwarded ->
          refChanges.forwarded(forwarded, envelope, offset, batch);
      case ChangeEvent.RenameFound renamed -> {
        batch.add(decider.renamed(renamed, cause(envelope), clock.instant()));
        batch.finish(offset);
      }
      case ChangeEvent.ReadersAccepted readers -> {
        batch.add(decider.readers(readers, cause(envelope), clock.instant()));
        batch.finish(offset);
      }
      case ChangeEvent.DefinitionAccepted accepted -> accepted(accepted, envelope, offset, batch);
      case ChangeEvent.DefinitionRemoved removed -> removed(removed, envelope, offset, batch);
      case ChangeEvent.LedgerAhead ahead -> ledgerAhead(ahead, envelope, offset, batch);
      case ChangeEvent.DependencyReported reported -> reported(reported, envelope, offset, batch);
      case ChangeEvent.RepositoryMoved moved -> refChanges.moved(moved, envelope, offset, batch);
      case CommandEvent.Given given -> commands.handle(given, envelope, offset, batch);
      // recorded for the audit, or for the fleet's reader: none of them moves a ref
      case ChangeEvent.MergeRecorded _,
          ChangeEvent.ReviewRecorded _,
          ChangeEvent.DefaultBranchChanged _,
          FleetApprovalEvent _,
          CommandEvent.Answered _,
          CommandEvent.Outcome _ ->
          batch.finish(offset);
    }
  }

  private void accepted(
      ChangeEvent.DefinitionAccepted accepted,
      Envelope<?> envelope,
      long offset,
      TransactionBatch batch) {
    Optional<String> lost = partitionState.lost(accepted.definition().application());
    if (lost.isPresent()) {
      log.atWarn()
          .addKeyValue("application", accepted.definition().application())
          .addKeyValue("eventId", envelope.id())
          .log("a definition is ignored: {}", lost.get());
      batch.finish(offset);
      return;
    }
    Trigger.Cause cause = cause(envelope);
    Set<RefKey> before = refs(accepted.definition().application());
    batch.add(decider.accepted(accepted, cause, clock.instant()));
    before.forEach(key -> scheduler.dropUnfollowed(key, batch));
    Trigger.Reason reason =
        Trigger.Reason.ApplicationDue.byDefinition(accepted.definition().application());
    RefKey decides = RefKey.of(accepted.definition().sources().getFirst());
    refs(accepted.definition().application()).stream()
        .filter(key -> !key.equals(decides) && partitionState.ref(key).head().isEmpty())
        .forEach(
            key ->
                scheduler.triggerRemembered(
                    key, new Trigger(cause, reason, OptionalLong.of(offset)), batch));
    scheduler.trigger(decides, new Trigger(cause, reason, OptionalLong.of(offset)), batch);
  }

  private void ledgerAhead(
      ChangeEvent.LedgerAhead ahead, Envelope<?> envelope, long offset, TransactionBatch batch) {
    Optional<Decision> decision = decider.ledgerAhead(ahead, cause(envelope), clock.instant());
    Optional<Definition> definition =
        partitionState.application(ahead.application()).flatMap(ApplicationState::definition);
    decision.ifPresent(batch::add);
    if (decision.isEmpty() || definition.isEmpty()) {
      batch.finish(offset);
      return;
    }
    log.atWarn()
        .addKeyValue("application", ahead.application())
        .addKeyValue("cluster", ahead.cluster())
        .addKeyValue("generation", ahead.sent())
        .log(
            "the cluster is at generation {}, which this partition did not assign: continuing from"
                + " there",
            ahead.ledger());
    scheduler.trigger(
        RefKey.of(definition.get().sources().getFirst()),
        new Trigger(
            cause(envelope),
            new Trigger.Reason.ApplicationDue(ahead.application(), "ledger ahead"),
            OptionalLong.of(offset)),
        batch);
  }

  /** Records a report, and evaluates the applications that it releases. */
  private void reported(
      ChangeEvent.DependencyReported event,
      Envelope<?> envelope,
      long offset,
      TransactionBatch batch) {
    Trigger.Cause cause = cause(envelope);
    DependencyDecider.Reported reported = dependencies.reported(event, cause, clock.instant());
    batch.add(reported.decision());
    for (Definition definition : reported.released()) {
      // there may be many, and all must be evaluated: the state remembers them
      scheduler.triggerRemembered(
          RefKey.of(definition.sources().getFirst()),
          new Trigger(
              cause,
              new Trigger.Reason.ApplicationDue(
                  definition.application(),
                  "dependency %s in %s".formatted(event.application(), event.cluster())),
              OptionalLong.of(offset),
              true),
          batch);
    }
    batch.finish(offset);
  }

  private void removed(
      ChangeEvent.DefinitionRemoved removed,
      Envelope<?> envelope,
      long offset,
      TransactionBatch batch) {
    Set<RefKey> before = refs(removed.application());
    batch.add(decider.removed(removed, cause(envelope), clock.instant()));
    before.forEach(key -> scheduler.dropUnfollowed(key, batch));
    batch.finish(offset);
    log.atInfo()
        .addKeyValue("application", removed.application())
        .addKeyValue("eventId", envelope.id())
        .log("removed from the fleet by revision {}", removed.fleetRevision());
  }

  private void damaged(
      ConsumerRecord<String, byte[]> record, String reason, TransactionBatch batch) {
    unusable(
        record,
        "record %d of partition %d of %s cannot be read: %s; its sender must send it again"
            .formatted(record.offset(), record.partition(), record.topic(), reason),
        batch);
  }

  private void unusable(
      ConsumerRecord<String, byte[]> record, String message, TransactionBatch batch) {
    TraceParent trace = EventCodec.trace(record).orElseGet(TraceParent::start);
    batch.add(decider.damaged(OriginalRecord.withContent(record), trace, message, clock.instant()));
    batch.finish(record.offset());
    log.atWarn()
        .addKeyValue("offset", record.offset())
        .addKeyValue("partition", record.partition())
        .log("a record became a dead letter: {}", message);
  }

  private Set<RefKey> refs(ApplicationName application) {
    return partitionState
        .application(application)
        .flatMap(ApplicationState::definition)
        .map(Definition::sources)
        .orElse(List.of())
        .stream()
        .map(RefKey::of)
        .collect(Collectors.toSet());
  }

  static Trigger.Cause cause(Envelope<?> envelope) {
    return new Trigger.Cause(
        List.of(envelope.id()), Optional.empty(), envelope.time(), envelope.trace());
  }
}
