package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FatalErrors;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Session of the fleet's leading reader: what it knows, and what it sends. Everything is derived
 * from the topics and the directory, so a session that fails is replaced by a new one.
 */
final class IntakeSession implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(IntakeSession.class);
  private static final String SOURCE = "dispatcher/fleet";
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final Path directory;
  private final RemovalGuard guard;
  private final KafkaConnection connection;
  private final Clock clock;
  private final FleetReport report;
  private final ClusterTopics clusters;
  private final ChainedProducer producer;
  private final KnownDefinitions known;
  private final FenceReportReader fences;
  private final ApprovalReader approvals;
  private final DocumentOrigins origins;
  private Optional<DirectoryStamp> lastRead = Optional.empty();
  private Optional<Planned> planned = Optional.empty();
  private Optional<GrantedRemoval> granted;
  private Optional<GrantedRemoval> lastGranted = Optional.empty();

  /** The last reading of the directory and what follows from it. */
  private record Planned(FleetReading reading, IntakePlan plan) {}

  /**
   * Opens a session: fences the previous leader, only then reads what it sent, and continues from
   * there.
   */
  IntakeSession(
      Path directory,
      RemovalGuard guard,
      KafkaConnection connection,
      Clock clock,
      FleetReport report,
      ClusterTopics clusters) {
    this.directory = directory;
    this.origins = new DocumentOrigins(directory);
    this.guard = guard;
    this.connection = connection;
    this.clock = clock;
    this.report = report;
    this.clusters = clusters;
    this.producer = new ChainedProducer(connection.transactionalProducer("fleet-intake"));
    try {
      producer.initTransactions();
      this.known = KnownDefinitions.read(connection);
      this.fences = FenceReportReader.open(connection);
    } catch (RuntimeException e) {
      producer.close(CLOSE);
      throw e;
    }
    try {
      this.approvals = ApprovalReader.open(connection, clock);
    } catch (RuntimeException e) {
      fences.close();
      producer.close(CLOSE);
      throw e;
    }
    this.granted = approvals.unfinished();
  }

  /** Takes what is new: reports of workers, the fleet's documents, approvals. */
  void turn() {
    forwardReports();
    DirectoryStamp stamp = DirectoryStamp.of(directory);
    if (!lastRead.equals(Optional.of(stamp))) {
      take(() -> FleetLoader.read(directory));
      lastRead = Optional.of(stamp);
    } else if (planned.filter(last -> !last.plan().waiting().isEmpty()).isPresent()) {
      FleetReading reading = planned.get().reading();
      take(() -> reading);
    }
    // after the documents: a removal may have been approved before this instance has read it
    approvals.read().forEach(this::answer);
    approvals.commit(granted);
  }

  /**
   * Forwards the targets that clusters skipped to the partitions, and opens dead letters for
   * unreadable records.
   */
  private void forwardReports() {
    List<FenceReportReader.Found> found = fences.read(known::snapshot, known::replay);
    if (!found.isEmpty()) {
      producer.beginTransaction();
      for (FenceReportReader.Found each : found) {
        switch (each) {
          case FenceReportReader.Found.Fence fence -> fence(fence.ahead());
          case FenceReportReader.Found.Poison poison -> deadLetter(poison);
        }
      }
      producer.commitTransaction();
    }
    fences.done();
  }

  private void fence(ChangeEvent.LedgerAhead ahead) {
    Instant now = clock.instant();
    EventId id =
        EventId.of(
            "ledger-ahead",
            ahead.cluster(),
            ahead.application(),
            ahead.ledger(),
            EventStamp.next(now));
    send(connection.topics().changes(), id, now, TraceParent.start(), ahead);
  }

  private void deadLetter(FenceReportReader.Found.Poison poison) {
    Instant now = clock.instant();
    OriginalRecord original = poison.original();
    String message =
        "record %d of partition %d of %s cannot be read: %s; nothing waits for it, discard the entry"
            .formatted(original.offset(), original.partition(), original.topic(), poison.reason());
    log.atWarn().log("{}", message);
    send(
        connection.topics().deadLetters(),
        EventId.of("dead-letter-opened", original.position(), EventStamp.next(now)),
        now,
        poison.trace(),
        DeadLetterEvent.Opened.damaged(original, original.position(), message, now));
  }

  /** Reads the directory and sends its changes. No content of the directory may fail the loop. */
  private void take(Supplier<FleetReading> reader) {
    FleetReading reading;
    IntakePlan plan;
    try {
      reading = reader.get();
      plan = IntakePlan.of(known.snapshot(), reading, guard, granted);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      report.failed(e);
      planned = Optional.empty();
      return;
    }
    planned = Optional.of(new Planned(reading, plan));
    report.read(reading, plan);
    clusters.provide(reading.clusters());
    Optional<GrantedRemoval> unfinished =
        granted.filter(removal -> isUnfinished(removal, planned.get()));
    boolean isUsedUp = !unfinished.equals(granted);
    if (plan.events().isEmpty() && !isUsedUp) {
      known.accepted(reading);
      return;
    }
    List<ChangeEvent.FleetEvent> events = described(planned.get());
    producer.beginTransaction();
    sendAll(events, TraceParent::start);
    if (isUsedUp) {
      sendPosition(unfinished);
    }
    producer.commitTransaction();
    granted = unfinished;
    sent(planned.get());
  }

  /**
   * Returns whether a part of an approved removal waits. Otherwise the approval is used up: the
   * same revision needs another one if it comes into force again.
   */
  private static boolean isUnfinished(GrantedRemoval removal, Planned last) {
    return !last.reading().complete()
        || (removal.revision().equals(last.reading().revision())
            && !last.plan().waiting().isEmpty());
  }

  /**
   * Answers an approval. The answer, the definitions that follow and the position of the reader are
   * one transaction: after a failure, the approval is either answered or still waits.
   */
  private void answer(ApprovalReader.Given given) {
    ApprovalDecision decision = ApprovalDecision.of(given, planned.map(Planned::plan), lastGranted);
    Optional<Planned> next = decision.granted().flatMap(this::replanned);
    FleetApprovalEvent.Answered answer = decision.answer(next.map(Planned::plan));
    Optional<GrantedRemoval> unfinished =
        next.isEmpty()
            ? granted
            : decision.granted().filter(removal -> isUnfinished(removal, next.get()));
    Instant now = clock.instant();
    approvals.answered(answer.given());
    List<ChangeEvent.FleetEvent> events = next.map(this::described).orElse(List.of());
    producer.beginTransaction();
    sendAll(events, given::trace);
    send(
        connection.topics().changes(),
        EventId.of("answer", answer.given(), EventStamp.next(now)),
        now,
        given.trace(),
        answer);
    sendPosition(unfinished);
    producer.commitTransaction();
    log.atInfo()
        .addKeyValue("eventId", answer.given())
        .log(
            "approval of a fleet removal by {}: {}: {}",
            answer.by(),
            answer.accepted() ? "accepted" : "refused",
            answer.message());
    granted = unfinished;
    lastGranted = decision.granted().or(() -> lastGranted);
    next.ifPresent(
        one -> {
          planned = next;
          report.read(one.reading(), one.plan());
          sent(one);
        });
  }

  /** Returns the plan of the last reading with a removal that is approved. */
  private Optional<Planned> replanned(GrantedRemoval removal) {
    return planned
        .map(Planned::reading)
        .map(
            reading ->
                new Planned(
                    reading,
                    IntakePlan.of(known.snapshot(), reading, guard, Optional.of(removal))));
  }

  /** Sends the position of the approvals in the running transaction. */
  private void sendPosition(Optional<GrantedRemoval> unfinished) {
    producer.sendOffsetsToTransaction(approvals.position(unfinished), approvals.group());
  }

  /** Returns the events of a plan with what they change, and where that comes from. */
  private List<ChangeEvent.FleetEvent> described(Planned next) {
    DefinitionChanges changes = known.changes(next.reading());
    return origins.describe(next.plan().events().stream().map(changes::describe).toList());
  }

  private void sendAll(List<ChangeEvent.FleetEvent> events, Supplier<TraceParent> trace) {
    Instant now = clock.instant();
    for (ChangeEvent.FleetEvent event : events) {
      send(connection.topics().changes(), id(event, now), now, trace.get(), event);
    }
  }

  private void sent(Planned last) {
    last.plan().events().forEach(known::replay);
    known.accepted(last.reading());
    if (last.plan().events().isEmpty()) {
      return;
    }
    log.atInfo()
        .addKeyValue("revision", last.reading().revision())
        .addKeyValue("applications", last.reading().definitions().size())
        .addKeyValue("changed", last.plan().events().size())
        .log("fleet revision accepted");
  }

  /** Sends an event in the running transaction, whose commit reports a failure. */
  private void send(String topic, EventId id, Instant now, TraceParent trace, Event event) {
    var unused =
        producer.send(EventCodec.encode(topic, new Envelope<>(id, SOURCE, now, trace, event)));
  }

  /** A revision of the fleet may come into force again, so its name alone is not unique. */
  private static EventId id(ChangeEvent.FleetEvent event, Instant now) {
    long stamp = EventStamp.next(now);
    return switch (event) {
      case ChangeEvent.DefinitionAccepted accepted ->
          EventId.of("fleet", accepted.fleetRevision(), accepted.definition().application(), stamp);
      case ChangeEvent.DefinitionRemoved removed ->
          EventId.of("fleet", removed.fleetRevision(), removed.application(), "removed", stamp);
      case ChangeEvent.ReadersAccepted readers ->
          EventId.of("fleet", readers.fleetRevision(), "readers", readers.repository(), stamp);
    };
  }

  @Override
  public void close() {
    approvals.close();
    fences.close();
    producer.close(CLOSE);
  }
}
