package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FatalErrors;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Session of the fleet's leading reader: what it knows, and what it sends. Everything is derived
 * from the topics and the fleet's documents, so a session that fails is replaced by a new one.
 */
final class IntakeSession implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(IntakeSession.class);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final FleetFollowing following;
  private final RemovalGuard guard;
  private final KafkaConnection connection;
  private final Clock clock;
  private final FleetReport report;
  private final ClusterTopics clusters;
  private final ChainedProducer producer;
  private final IntakeWriter writer;
  private final KnownDefinitions known;
  private final FenceReportReader fences;
  private final ApprovalReader approvals;
  private final FleetFeed feed;
  private final GeneratorWatches generators;
  private boolean looked;

  /** Whether generators and includes may have other results than in the last reading. */
  private boolean isGeneratedAnew;

  private Optional<FleetInput> newest = Optional.empty();
  private Optional<Planned> planned = Optional.empty();
  private Optional<GrantedRemoval> granted;
  private Optional<GrantedRemoval> lastGranted = Optional.empty();

  /** The last accepted reading and what follows from it. */
  private record Planned(FleetInput input, FleetReading reading, IntakePlan plan) {}

  /**
   * Opens a session: fences the previous leader, only then reads what it sent, and continues from
   * there.
   */
  IntakeSession(
      FleetFollowing following,
      RemovalGuard guard,
      KafkaConnection connection,
      Clock clock,
      FleetReport report,
      ClusterTopics clusters) {
    this.following = following;
    this.guard = guard;
    this.connection = connection;
    this.clock = clock;
    this.report = report;
    this.clusters = clusters;
    this.producer = new ChainedProducer(connection.transactionalProducer("fleet-intake"));
    this.writer = new IntakeWriter(producer, connection.topics(), clock);
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
    try {
      this.generators = following.generators(connection, clock);
    } catch (RuntimeException e) {
      approvals.close();
      fences.close();
      producer.close(CLOSE);
      throw e;
    }
    try {
      this.feed = following.start(connection, clock);
    } catch (RuntimeException e) {
      generators.close();
      approvals.close();
      fences.close();
      producer.close(CLOSE);
      throw e;
    }
    this.granted = approvals.unfinished();
  }

  /** Takes what is new: reports of workers, the fleet's documents, approvals. */
  void turn() {
    forwardReports();
    if (!looked) {
      keepClusters(); // a fetch may take long, and the clusters need their workers
    }
    Optional<FleetFeed.Found> found = feed.next();
    isGeneratedAnew |= generators.look();
    report.generators(generators.failures());
    if (found.orElse(null) instanceof FleetFeed.Found.Documents(FleetInput input)) {
      newest = Optional.of(input);
      isGeneratedAnew = true;
    }
    if (isGeneratedAnew && newest.isPresent()) {
      read(newest.get());
    } else if (planned.filter(last -> !last.plan().waiting().isEmpty()).isPresent()) {
      Planned last = planned.get();
      take(last.input(), last::reading);
    }
    if (found.orElse(null)
        instanceof FleetFeed.Found.Unavailable(String reason, boolean retryable)) {
      report.unavailable(reason, !retryable && planned.isEmpty());
      keepClusters();
    }
    looked |= found.isPresent();
    List<ApprovalReader.Given> given = approvals.read();
    if (looked
        && !isPending()) { // a removal may have been approved before this instance has read it
      given.forEach(this::answer);
    }
    approvals.commit(granted);
  }

  /** Returns whether a repository of generators is being fetched for the first time. */
  private boolean isPending() {
    return planned.filter(last -> last.reading().sets().isPending()).isPresent();
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
          case FenceReportReader.Found.Fence fence -> writer.fence(fence.ahead());
          case FenceReportReader.Found.Poison poison -> writer.deadLetter(poison);
        }
      }
      producer.commitTransaction();
    }
    fences.done();
  }

  /** Reads the documents, with what their generators and includes read. */
  private void read(FleetInput input) {
    isGeneratedAnew = false;
    take(
        input,
        () -> {
          FleetReading reading = FleetLoader.read(input, generators.trees(input), known.includes());
          follow(input, reading.sets());
          return reading;
        });
  }

  /**
   * Follows what generators and includes read, also those of the last accepted reading, since this
   * one may be refused; and reads those again that are broken.
   */
  private void follow(FleetInput input, GeneratedSets sets) {
    Set<GeneratorSource> sources = new HashSet<>(sets.sources());
    planned.ifPresent(last -> sources.addAll(last.reading().sets().sources()));
    followOnly(input, sources);
    sets.broken().forEach(generators::unreadable);
    if (sets.broken().keySet().stream().anyMatch(source -> input.commitOf(source).isPresent())) {
      feed.repeat();
    }
  }

  private void followOnly(FleetInput input, Set<GeneratorSource> sources) {
    generators.follow(
        sources.stream()
            .filter(source -> input.commitOf(source).isEmpty())
            .collect(Collectors.toSet()));
  }

  /** Reads the documents and sends their changes. No content of the fleet may fail the loop. */
  private void take(FleetInput input, Supplier<FleetReading> reader) {
    FleetReading reading;
    IntakePlan plan;
    try {
      reading = reader.get();
      if (following.isStrict() && !reading.problems().isEmpty()) {
        report.refused(reading);
        keepClusters();
        return;
      }
      plan = IntakePlan.of(known.snapshot(), reading, guard, granted);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      report.failed(e, following.repository().isEmpty() || known.clusters().isEmpty());
      planned = Optional.empty();
      keepClusters();
      feed.repeat();
      return;
    }
    planned = Optional.of(new Planned(input, reading, plan));
    followOnly(input, reading.sets().sources());
    report.read(reading, plan);
    clusters.provide(reading.clusters());
    Optional<GrantedRemoval> unfinished =
        granted.filter(removal -> removal.isUnfinished(reading, plan));
    boolean isUsedUp = !unfinished.equals(granted);
    if (plan.events().isEmpty() && !isUsedUp) {
      known.accepted(reading);
      return;
    }
    List<ChangeEvent.FleetEvent> events = described(planned.get());
    producer.beginTransaction();
    writer.sendAll(events, TraceParent::start);
    if (isUsedUp) {
      sendPosition(unfinished);
    }
    producer.commitTransaction();
    granted = unfinished;
    sent(planned.get());
  }

  /** Provides the clusters of the fleet in force if no reading of this session is in force. */
  private void keepClusters() {
    if (planned.isEmpty()) {
      clusters.provide(known.clusters());
    }
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
            : decision
                .granted()
                .filter(removal -> removal.isUnfinished(next.get().reading(), next.get().plan()));
    Instant now = clock.instant();
    approvals.answered(answer.given());
    List<ChangeEvent.FleetEvent> events = next.map(this::described).orElse(List.of());
    producer.beginTransaction();
    writer.sendAll(events, given::trace);
    writer.send(
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
    return planned.map(
        last ->
            new Planned(
                last.input(),
                last.reading(),
                IntakePlan.of(known.snapshot(), last.reading(), guard, Optional.of(removal))));
  }

  /** Sends the position of the approvals in the running transaction. */
  private void sendPosition(Optional<GrantedRemoval> unfinished) {
    producer.sendOffsetsToTransaction(approvals.position(unfinished), approvals.group());
  }

  /** Returns the events of a plan with what they change, and where that comes from. */
  private List<ChangeEvent.FleetEvent> described(Planned next) {
    DefinitionChanges changes = known.changes(next.reading());
    return DocumentOrigins.describe(
        next.plan().events().stream().map(changes::describe).toList(),
        next.input(),
        following::commits);
  }

  private void sent(Planned last) {
    last.plan().events().forEach(known::replay);
    known.accepted(last.reading());
    if (last.plan().events().isEmpty()) {
      return;
    }
    log.atInfo()
        .addKeyValue("revision", last.reading().acceptedAs())
        .addKeyValue("applications", last.reading().definitions().size())
        .addKeyValue("changed", last.plan().events().size())
        .log("fleet revision accepted");
  }

  @Override
  public void close() {
    try (fences;
        approvals;
        generators;
        feed) {
      // closed in reverse order, each whatever the others throw
    } finally {
      producer.close(CLOSE);
    }
  }
}
