package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.FleetLoader;
import dev.sluice.contract.fleet.FleetReading;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.kafka.TopicProvisioner;
import dev.sluice.contract.name.ClusterName;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the fleet's directory and sends what changes in it to the homes, one transaction for each
 * revision. One instance leads: the one that has the first home. Everything here is on one thread.
 */
public final class FleetIntake implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FleetIntake.class);
  private static final String SOURCE = "dispatcher/fleet";
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Path directory;
  private final RemovalGuard guard;
  private final KafkaConnection connection;
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("fleet-intake").factory());
  private final Set<ClusterName> provisioned = new HashSet<>();
  private volatile boolean leading;
  private volatile Optional<String> obstacle = Optional.empty();
  private @Nullable KafkaProducer<String, byte[]> producer;
  private @Nullable ReportReader reports;
  private KnownDefinitions known = new KnownDefinitions();
  private Optional<DirectoryStamp> lastRead = Optional.empty();

  public FleetIntake(Path directory, RemovalGuard guard, KafkaConnection connection, Clock clock) {
    this.directory = directory;
    this.guard = guard;
    this.connection = connection;
    this.clock = clock;
    var unused =
        thread.scheduleWithFixedDelay(
            this::turn, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Takes or gives up the lead; returns at once. */
  public void lead(boolean lead) {
    leading = lead;
    if (!thread.isShutdown()) {
      thread.execute(this::turn);
    }
  }

  /** Why the fleet is not taken in; empty if it is. */
  public Optional<String> obstacle() {
    return obstacle;
  }

  @Override
  public void close() {
    leading = false;
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stop();
  }

  private void turn() {
    try {
      if (!leading) {
        stop();
        return;
      }
      KafkaProducer<String, byte[]> current = producer == null ? begin() : producer;
      DirectoryStamp stamp = DirectoryStamp.of(directory);
      if (!lastRead.equals(Optional.of(stamp))) {
        take(current, FleetLoader.read(directory));
        lastRead = Optional.of(stamp);
      }
      forwardReports(current);
      obstacle = Optional.empty();
    } catch (RuntimeException e) {
      obstacle = Optional.of("the fleet cannot be taken in: " + e);
      log.atWarn().setCause(e).log("the fleet cannot be taken in, trying again");
      stop();
    }
  }

  /** Fences a predecessor, and only then reads what it has sent. */
  private KafkaProducer<String, byte[]> begin() {
    KafkaProducer<String, byte[]> begun =
        new KafkaProducer<>(connection.transactionalProducer("fleet-intake"));
    producer = begun;
    begun.initTransactions();
    known = KnownDefinitions.read(connection);
    reports = ReportReader.open(connection);
    lastRead = Optional.empty();
    return begun;
  }

  /** What clusters passed over is judged at the homes; what nobody can read is a dead letter. */
  private void forwardReports(KafkaProducer<String, byte[]> current) {
    ReportReader reading = reports;
    if (reading == null) {
      return;
    }
    List<ReportReader.Found> found = reading.read(known.now());
    if (!found.isEmpty()) {
      current.beginTransaction();
      for (ReportReader.Found each : found) {
        var unused =
            current.send(
                switch (each) {
                  case ReportReader.Found.Fence fence -> fence(fence.ahead());
                  case ReportReader.Found.Poison poison -> deadLetter(poison);
                });
      }
      current.commitTransaction();
    }
    reading.done();
  }

  private ProducerRecord<String, byte[]> fence(ChangeEvent.LedgerAhead ahead) {
    return EventCodec.encode(
        connection.topics().changes(),
        new Envelope<>(
            EventId.of("ledger-ahead", ahead.cluster(), ahead.application(), ahead.ledger()),
            SOURCE,
            clock.instant(),
            TraceParent.start(),
            ahead));
  }

  private ProducerRecord<String, byte[]> deadLetter(ReportReader.Found.Poison poison) {
    Instant now = clock.instant();
    OriginalRecord original = poison.original();
    String message =
        "record %d of partition %d of %s cannot be read: %s; nothing waits for it, discard the entry"
            .formatted(original.offset(), original.partition(), original.topic(), poison.reason());
    log.atWarn().log("{}", message);
    return EventCodec.encode(
        connection.topics().deadLetters(),
        new Envelope<>(
            EventId.of("dead-letter", original.position(), "opened"),
            SOURCE,
            now,
            poison.trace(),
            new DeadLetterEvent.Opened(
                original.position(),
                original.position(),
                Optional.empty(),
                new Failure("Damaged", message, Failure.Stage.DECODE, Optional.empty()),
                1,
                original,
                Optional.of(now))));
  }

  private void stop() {
    if (reports != null) {
      reports.close();
      reports = null;
    }
    if (producer != null) {
      producer.close(Duration.ofSeconds(2));
      producer = null;
    }
  }

  private void take(KafkaProducer<String, byte[]> current, FleetReading reading) {
    reading.problems().forEach(problem -> log.atWarn().log("fleet: {}", problem));
    IntakePlan plan = IntakePlan.of(known.now(), reading, guard);
    plan.refusals().forEach(refusal -> log.atWarn().log("fleet: {}", refusal));
    provision(reading);
    if (plan.events().isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    current.beginTransaction();
    for (ChangeEvent event : plan.events()) {
      var unused =
          current.send(
              EventCodec.encode(
                  connection.topics().changes(),
                  new Envelope<>(id(event), SOURCE, now, TraceParent.start(), event)));
    }
    current.commitTransaction();
    plan.events().forEach(known::replay);
    log.atInfo()
        .addKeyValue("revision", reading.revision())
        .addKeyValue("applications", reading.definitions().size())
        .addKeyValue("changed", plan.events().size())
        .log("fleet revision taken in");
  }

  private void provision(FleetReading reading) {
    if (provisioned.containsAll(reading.clusters())) {
      return;
    }
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics()).provision(reading.clusters());
    }
    provisioned.addAll(reading.clusters());
  }

  private static EventId id(ChangeEvent event) {
    return switch (event) {
      case ChangeEvent.DefinitionAccepted accepted ->
          EventId.of("fleet", accepted.fleetRevision(), accepted.definition().application());
      case ChangeEvent.DefinitionRemoved removed ->
          EventId.of("fleet", removed.fleetRevision(), removed.application(), "removed");
      case ChangeEvent.ReadersAccepted readers ->
          EventId.of("fleet", readers.fleetRevision(), "readers", readers.repository());
      case ChangeEvent.RefChanged _,
          ChangeEvent.RefForwarded _,
          ChangeEvent.MergeRecorded _,
          ChangeEvent.RepositoryMoved _,
          ChangeEvent.DefaultBranchChanged _,
          ChangeEvent.LedgerAhead _,
          ChangeEvent.CommandGiven _,
          ChangeEvent.CommandAnswered _ ->
          throw new IllegalStateException("not of the fleet: " + event.getClass());
    };
  }
}
