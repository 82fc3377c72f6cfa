package dev.sluice.dispatcher.partition;

import static dev.sluice.dispatcher.archive.SampleTarget.EAST;
import static dev.sluice.dispatcher.archive.SampleTarget.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import dev.sluice.dispatcher.archive.SampleTarget;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.SampleApplication;
import dev.sluice.dispatcher.recorded.RecordedTargets;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.process.LargePayloads;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of recorded targets for demands of a partition, with a broker. */
class RecordedReadsIT {

  private static final Instant CLOSED = Instant.parse("2026-12-01T21:00:00Z");
  private static final EventId SYNC = new EventId("sync");
  private static final SyncEvent.Target SENT = SampleTarget.of(EAST, 1, "one");

  private final PartitionState state = new PartitionState();
  private final BlockingQueue<PartitionInput> inputs = new LinkedBlockingQueue<>();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final TransactionBatch batch = new TransactionBatch(new OffsetTracker(0));
  private RecordedTargets recorded;
  private RecordedReads reads;

  @BeforeEach
  void sendOneGeneration() throws Exception {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics(), Replication.AUTOMATIC).provision(EAST);
    }
    var record =
        EventCodec.encode(
            connection.topics().sync(EAST),
            new Envelope<>(SENT.id(), "test", Instant.now(), TraceParent.start(), SENT));
    try (var producer = new KafkaProducer<String, byte[]>(connection.producer("test"))) {
      producer
          .send(new ProducerRecord<>(record.topic(), null, "web", record.value(), record.headers()))
          .get();
    }
    recorded = new RecordedTargets(connection, Optional.empty(), LargePayloads.of(1));
    reads = new RecordedReads(recorded, state, new EventDecider(state, 0), timers, inputs::add);
  }

  @AfterEach
  void close() {
    timers.shutdownNow();
    recorded.close();
  }

  @Test
  void aDemandOnPinnedInputsIsReadOnceWhileTheWindowIsClosed() throws Exception {
    Hold pinned =
        new Hold(
            Optional.of(SENT.commit()), "cat", "a reason", CLOSED, Optional.of(SENT.generation()));
    replay(Map.of(EAST, pinned), new Demand(SYNC, "cat"), Optional.empty());

    reads.resume();
    reads.lastRead((PartitionInput.LastRead) next(), batch, CLOSED);

    assertThat(sent()).isEmpty();
    assertThat(web().withheld(EAST).map(Withheld::cause)).contains(Withheld.Cause.WINDOW);
    // is answered after whatever else would be read
    reads.resent(WEB, EAST, new Command.Resend(new Generation(99), Optional.empty()));
    assertThat(next()).isInstanceOf(PartitionInput.ResentRead.class);
  }

  @Test
  void aLostClusterIsRepairedAfterARestartWhileNewerInputsWait() throws Exception {
    Withheld newer =
        new Withheld(
            Withheld.Cause.MANUAL,
            "an operator to release it",
            CLOSED,
            Optional.of(SENT.commit()),
            Optional.of("v1:newer"),
            Optional.empty(),
            Optional.empty());
    replay(Map.of(), Demand.ofLoss(new EventId("ledger")), Optional.of(newer));

    reads.resume();
    PartitionInput.LastRead first = (PartitionInput.LastRead) next();
    reads.due(new PartitionInput.LastReadDue(first.wanted()));
    reads.lastRead((PartitionInput.LastRead) next(), batch, CLOSED);

    assertThat(sent()).containsExactly("2 v1:abc");
    assertThat(web().withheld(EAST)).contains(newer);
    assertThat(web().demands()).isEmpty();
  }

  /** Replays the state of the application, whose window is open from 22:00 to 23:00 UTC. */
  private void replay(Map<ClusterName, Hold> holds, Demand demand, Optional<Withheld> withheld) {
    MaintenanceWindow window =
        new MaintenanceWindow(
            MaintenanceWindow.Kind.ALLOW,
            CronSchedule.parse("0 22 * * *"),
            Duration.ofHours(1),
            ZoneOffset.UTC,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    state.replay(
        new ApplicationState(
            WEB,
            Optional.of(
                SampleApplication.define("apps/web", EAST)
                    .withSending(new SendingRules(Optional.empty(), Optional.of(List.of(window))))),
            "r1",
            Map.of(
                EAST,
                new Dispatched(
                    SENT.generation(),
                    Optional.of(SENT.inputDigest()),
                    Optional.of(SENT.commit()))),
            Map.of(),
            holds,
            Map.of(EAST, demand),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Map.of(EAST, List.of(SYNC))),
            withheld.map(inputs -> Map.of(EAST, inputs))));
  }

  private PartitionInput next() throws InterruptedException {
    return Optional.ofNullable(inputs.poll(30, TimeUnit.SECONDS)).orElseThrow();
  }

  private ApplicationState web() {
    return state.application(WEB).orElseThrow();
  }

  private List<String> sent() {
    return batch.records().stream()
        .<Event>map(record -> record.envelope().event())
        .filter(SyncEvent.Target.class::isInstance)
        .map(SyncEvent.Target.class::cast)
        .map(target -> target.generation() + " " + target.inputDigest())
        .toList();
  }
}
