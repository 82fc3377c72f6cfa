package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.kafka.TopicWatch;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.SupervisedLoop;
import dev.sluice.platform.telemetry.Heartbeats;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Intake of the fleet: watches the fleet's directory and sends its changes to the partitions, one
 * transaction for each revision. The instance that partition 0 is assigned to is the leader. Runs
 * on one thread.
 */
public final class FleetIntake implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FleetIntake.class);
  private static final String SOURCE = "dispatcher/fleet";
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration BETWEEN_PROVISIONS = Duration.ofSeconds(30);

  private final Path directory;
  private final RemovalGuard guard;
  private final Replication replication;
  private final KafkaConnection connection;
  private final Clock clock;
  private final SupervisedLoop loop;
  private final FleetReport report;
  private volatile Set<ClusterName> provisioned = Set.of();
  private volatile Consumer<Set<ClusterName>> clusters = _ -> {};
  private Instant provisionedAt = Instant.EPOCH;
  private volatile boolean leading;

  public FleetIntake(
      Path directory,
      RemovalGuard guard,
      Replication replication,
      KafkaConnection connection,
      Clock clock) {
    this.directory = directory;
    this.guard = guard;
    this.replication = replication;
    this.connection = connection;
    this.clock = clock;
    this.report = new FleetReport(directory);
    this.loop = new SupervisedLoop("fleet-intake", clock, this::session);
    loop.start();
  }

  /** Makes this instance the leader, or ends its leadership; returns at once. */
  public void setLeader(boolean leader) {
    leading = leader;
    loop.nudge();
  }

  /** Has a listener called with the clusters of the fleet, now and whenever they may change. */
  public void followClusters(Consumer<Set<ClusterName>> listener) {
    clusters = listener;
    listener.accept(provisioned);
  }

  /** Returns why the fleet's changes cannot be read or sent; empty if they can. */
  public Optional<String> unreadyReason() {
    return loop.unreadyReason().or(report::unreadable);
  }

  /** Returns why the loop makes no progress; empty if it does. */
  public Optional<String> loopProblem() {
    return loop.unreadyReason();
  }

  /** Returns what is wrong with the fleet that this instance reads; empty if it reads none. */
  public List<Heartbeats.Finding> findings() {
    return report.findings();
  }

  /** Returns when the loop last turned. */
  public Instant lastTurn() {
    return loop.lastTurn();
  }

  @Override
  public void close() {
    leading = false;
    loop.close();
  }

  private void session(SupervisedLoop supervised) throws InterruptedException {
    while (supervised.isOpen()) {
      if (leading) {
        runAsLeader(supervised);
      }
      report.clear();
      supervised.turned();
      supervised.pause(INTERVAL);
    }
  }

  /**
   * Runs as the leader: fences the previous leader, only then reads what it sent, and continues
   * from there.
   */
  private void runAsLeader(SupervisedLoop supervised) throws InterruptedException {
    Topics topics = connection.topics();
    List<String> read =
        List.of(topics.changes(), topics.state(), topics.results(), topics.deadLetters());
    provisioned = Set.of();
    try (TopicWatch watch = TopicWatch.begin(connection, read, clock);
        Sending sending = new Sending()) {
      sending.producer.initTransactions();
      KnownDefinitions known = KnownDefinitions.read(connection);
      try (FenceReportReader reports = FenceReportReader.open(connection)) {
        Optional<DirectoryStamp> lastRead = Optional.empty();
        Optional<FleetReading> waiting = Optional.empty();
        while (supervised.isOpen() && leading) {
          forwardReports(sending.producer, reports, known);
          DirectoryStamp stamp = DirectoryStamp.of(directory);
          if (!lastRead.equals(Optional.of(stamp))) {
            waiting = take(sending.producer, known, () -> FleetLoader.read(directory));
            lastRead = Optional.of(stamp);
          } else if (waiting.isPresent()) {
            FleetReading reading = waiting.get();
            waiting = take(sending.producer, known, () -> reading);
          }
          provision(provisioned);
          watch.check();
          supervised.turned(watch.silence());
          supervised.pause(INTERVAL);
        }
      }
    }
  }

  /** Producer with a short wait on closing. */
  private final class Sending implements AutoCloseable {
    private final KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection.transactionalProducer("fleet-intake"));

    @Override
    public void close() {
      producer.close(Duration.ofSeconds(2));
    }
  }

  /**
   * Forwards the targets that clusters skipped to the partitions, and opens dead letters for
   * unreadable records.
   */
  private void forwardReports(
      KafkaProducer<String, byte[]> current, FenceReportReader reading, KnownDefinitions known) {
    List<FenceReportReader.Found> found = reading.read(known.snapshot(), known::replay);
    if (!found.isEmpty()) {
      current.beginTransaction();
      for (FenceReportReader.Found each : found) {
        var unused =
            current.send(
                switch (each) {
                  case FenceReportReader.Found.Fence fence -> fence(fence.ahead());
                  case FenceReportReader.Found.Poison poison -> deadLetter(poison);
                });
      }
      current.commitTransaction();
    }
    reading.done();
  }

  private ProducerRecord<String, byte[]> fence(ChangeEvent.LedgerAhead ahead) {
    Instant now = clock.instant();
    return EventCodec.encode(
        connection.topics().changes(),
        new Envelope<>(
            EventId.of(
                "ledger-ahead",
                ahead.cluster(),
                ahead.application(),
                ahead.ledger(),
                EventStamp.next(now)),
            SOURCE,
            now,
            TraceParent.start(),
            ahead));
  }

  private ProducerRecord<String, byte[]> deadLetter(FenceReportReader.Found.Poison poison) {
    Instant now = clock.instant();
    OriginalRecord original = poison.original();
    String message =
        "record %d of partition %d of %s cannot be read: %s; nothing waits for it, discard the entry"
            .formatted(original.offset(), original.partition(), original.topic(), poison.reason());
    log.atWarn().log("{}", message);
    return EventCodec.encode(
        connection.topics().deadLetters(),
        new Envelope<>(
            EventId.of("dead-letter-opened", original.position(), EventStamp.next(now)),
            SOURCE,
            now,
            poison.trace(),
            DeadLetterEvent.Opened.damaged(original, original.position(), message, now)));
  }

  /**
   * Reads the directory and sends its changes. No content of the directory may fail the loop.
   *
   * @return the reading, if any of its changes wait for targets of other applications
   */
  private Optional<FleetReading> take(
      KafkaProducer<String, byte[]> current,
      KnownDefinitions known,
      Supplier<FleetReading> reader) {
    FleetReading reading;
    IntakePlan plan;
    try {
      reading = reader.get();
      plan = IntakePlan.of(known.snapshot(), reading, guard);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      report.failed(e);
      return Optional.empty();
    }
    report.read(reading, plan);
    Optional<FleetReading> waiting =
        plan.waiting().isEmpty() ? Optional.empty() : Optional.of(reading);
    provision(reading.clusters());
    clusters.accept(reading.clusters());
    if (plan.events().isEmpty()) {
      return waiting;
    }
    Instant now = clock.instant();
    current.beginTransaction();
    for (ChangeEvent.FleetEvent event : plan.events()) {
      var unused =
          current.send(
              EventCodec.encode(
                  connection.topics().changes(),
                  new Envelope<>(id(event, now), SOURCE, now, TraceParent.start(), event)));
    }
    current.commitTransaction();
    plan.events().forEach(known::replay);
    log.atInfo()
        .addKeyValue("revision", reading.revision())
        .addKeyValue("applications", reading.definitions().size())
        .addKeyValue("changed", plan.events().size())
        .log("fleet revision accepted");
    return waiting;
  }

  /**
   * Creates the topics of clusters, and recreates deleted ones, since nothing could be sent there
   * otherwise.
   */
  private void provision(Set<ClusterName> clusters) {
    Instant now = clock.instant();
    if (provisioned.equals(clusters) && now.isBefore(provisionedAt.plus(BETWEEN_PROVISIONS))) {
      return;
    }
    try (Admin admin = Admin.create(connection.admin())) {
      TopicProvisioner provisioner = new TopicProvisioner(admin, connection.topics(), replication);
      provisioner.provision(
          provisioned.equals(clusters) ? provisioner.missing(clusters) : clusters);
    }
    provisioned = Set.copyOf(clusters);
    provisionedAt = now;
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
}
