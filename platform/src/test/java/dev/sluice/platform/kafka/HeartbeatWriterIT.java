package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.Heartbeat.State;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.telemetry.Heartbeats;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.platform.telemetry.Heartbeats.Part;
import dev.sluice.platform.telemetry.Heartbeats.Status;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeartbeatWriterIT {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Part WORKER =
      new Part(
          Heartbeat.Part.WORKER, Optional.of(new ClusterName("east")), Optional.of("worker-1"));

  @Test
  void aChangeIsReportedAtOnceAndTheEndIsTheLastReport() {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    AtomicReference<Status> status = new AtomicReference<>(new Status(State.STANDBY, List.of()));
    try (HeartbeatWriter writer = HeartbeatWriter.start(connection, LONG, Clock.systemUTC())) {
      Heartbeats.Reporting reporting = writer.report(WORKER, status::get);
      await().until(() -> states(connection).equals(List.of(State.STANDBY)));

      status.set(
          new Status(
              State.STANDBY,
              List.of(Finding.fault(PartFailure.CLUSTER_UNREACHABLE, "no answer (1 attempt)"))));
      await().until(() -> states(connection).size() == 2);
      // a counter in a message is no news
      status.set(
          new Status(
              State.STANDBY,
              List.of(Finding.fault(PartFailure.CLUSTER_UNREACHABLE, "no answer (2 attempts)"))));
      status.set(new Status(State.LEADING, List.of()));
      await().until(() -> states(connection).getLast() == State.LEADING);
      reporting.close();
    }

    List<Heartbeat> reports = reports(connection);
    assertThat(reports)
        .extracting(Heartbeat::state)
        .containsExactly(State.STANDBY, State.STANDBY, State.LEADING, State.STOPPED);
    assertThat(reports)
        .allSatisfy(
            report -> {
              assertThat(report.key()).isEqualTo("WORKER/worker-1/east");
              assertThat(report.startedAt()).isEqualTo(reports.getFirst().startedAt());
              assertThat(report.interval()).isEqualTo(LONG);
            });
    assertThat(reports.get(1).conditions())
        .singleElement()
        .satisfies(
            condition -> {
              assertThat(condition.code()).isEqualTo(PartFailure.CLUSTER_UNREACHABLE);
              assertThat(condition.message()).startsWith("no answer");
            });
  }

  @Test
  void anotherKindOfDeliveryIsReportedAtOnce() {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    AtomicReference<Status> status =
        new AtomicReference<>(receiver(Optional.empty(), Optional.empty()));
    try (HeartbeatWriter writer = HeartbeatWriter.start(connection, LONG, Clock.systemUTC())) {
      writer.report(Part.of(Heartbeat.Part.RECEIVER), status::get);
      await().until(() -> reports(connection).size() == 1);

      status.set(receiver(Optional.of(delivery("one", "ping")), Optional.empty()));
      await().until(() -> reports(connection).size() == 2);
      // another delivery of the same kind waits for the interval
      status.set(receiver(Optional.of(delivery("two", "ping")), Optional.empty()));
      status.set(
          receiver(
              Optional.of(delivery("two", "ping")),
              Optional.of(delivery("three", "unauthenticated"))));
      await().until(() -> reports(connection).size() == 3);
    }

    assertThat(reports(connection).get(2).endpoints().orElseThrow())
        .singleElement()
        .extracting(endpoint -> endpoint.refused().orElseThrow().id())
        .isEqualTo(Optional.of("three"));
  }

  private static Status receiver(
      Optional<Heartbeat.Delivery> authentic, Optional<Heartbeat.Delivery> refused) {
    return Status.running(List.of())
        .receiving(List.of(new Heartbeat.Endpoint("github", "github.com", authentic, refused)));
  }

  private static Heartbeat.Delivery delivery(String id, String note) {
    return new Heartbeat.Delivery(Instant.EPOCH, Optional.of(id), "192.0.2.7", Optional.of(note));
  }

  @Test
  void aPartIsReportedAgainAtEachInterval() {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    try (HeartbeatWriter writer =
        HeartbeatWriter.start(connection, Duration.ofMillis(100), Clock.systemUTC())) {
      writer.report(Part.of(Heartbeat.Part.API), () -> Status.running(List.of()));
      await().until(() -> states(connection).size() >= 5);
      assertThat(writer.problem()).isEmpty();
    }
  }

  @Test
  void theNewestStateOfAnApplicationIsWritten() {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    LedgerReport web =
        new LedgerReport(
            new ClusterName("east"),
            new ApplicationName("web"),
            Optional.empty(),
            Optional.empty());
    try (HeartbeatWriter writer = HeartbeatWriter.start(connection, LONG, Clock.systemUTC())) {
      writer.report(web);
      await().until(() -> !ledgers(connection).isEmpty());
    }
    assertThat(ledgers(connection)).containsExactly(web);
  }

  @Test
  void aRemovedApplicationIsATombstone() {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    LedgerReport removed =
        new LedgerReport(
            new ClusterName("east"),
            new ApplicationName("web"),
            Optional.of(
                new Heartbeat.Settled(
                    new Generation(2),
                    Optional.empty(),
                    true,
                    Instant.EPOCH,
                    Optional.empty(),
                    Optional.empty())),
            Optional.empty());
    try (HeartbeatWriter writer = HeartbeatWriter.start(connection, LONG, Clock.systemUTC())) {
      writer.report(removed);
      await().until(() -> tombstones(connection).equals(List.of("ledger/east/web")));
    }
  }

  private static List<String> tombstones(KafkaConnection connection) {
    return new TopicReader(connection)
        .records(connection.topics().heartbeats()).stream()
            .filter(record -> record.value() == null)
            .map(ConsumerRecord::key)
            .toList();
  }

  @Test
  void aPartWhoseStateCannotBeReadIsReported() {
    KafkaConnection connection = KafkaFixture.provisioned(1);
    try (HeartbeatWriter writer = HeartbeatWriter.start(connection, LONG, Clock.systemUTC())) {
      writer.report(
          Part.of(Heartbeat.Part.RECEIVER),
          () -> {
            throw new IllegalStateException("a test's fault");
          });
      await().until(() -> !reports(connection).isEmpty());
      assertThat(reports(connection).getFirst().conditions())
          .singleElement()
          .satisfies(
              condition -> assertThat(condition.message()).contains("its state cannot be read"));
    }
  }

  @Test
  void aBrokerThatDoesNotAnswerIsAProblemUntilItDoes(@TempDir Path directory) {
    EmbeddedBroker broker = EmbeddedBroker.start(directory, 0);
    String address = broker.bootstrapServers();
    KafkaConnection connection = new KafkaConnection(address, Topics.DEFAULT, Map.of());
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics()).provision(1);
    }
    try (HeartbeatWriter writer =
        HeartbeatWriter.start(connection, Duration.ofMillis(200), Clock.systemUTC())) {
      writer.report(Part.of(Heartbeat.Part.API), () -> Status.running(List.of()));
      await().until(() -> states(connection).size() >= 2);
      broker.close();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(writer.problem().orElse(""))
                      .contains("the broker " + address + " does not take"));

      broker =
          EmbeddedBroker.start(
              directory, Integer.parseInt(address.substring(address.indexOf(':') + 1)));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(writer.problem()).isEmpty());
    } finally {
      broker.close();
    }
  }

  @Test
  void aMissingTopicIsNoReasonToBeUnready(@TempDir Path directory) {
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
      KafkaConnection connection =
          new KafkaConnection(broker.bootstrapServers(), Topics.DEFAULT, Map.of());
      try (HeartbeatWriter writer =
          HeartbeatWriter.start(connection, Duration.ofMillis(200), Clock.systemUTC())) {
        writer.report(Part.of(Heartbeat.Part.API), () -> Status.running(List.of()));
        await()
            .during(Duration.ofSeconds(7))
            .atMost(Duration.ofSeconds(10))
            .until(() -> writer.problem().isEmpty());
        try (Admin admin = Admin.create(connection.admin())) {
          new TopicProvisioner(admin, connection.topics()).provision(1);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> !states(connection).isEmpty());
      }
    }
  }

  private static List<LedgerReport> ledgers(KafkaConnection connection) {
    return new TopicReader(connection)
        .events(connection.topics().heartbeats(), LedgerReport.class).stream()
            .map(Envelope::event)
            .toList();
  }

  private static List<State> states(KafkaConnection connection) {
    return reports(connection).stream().map(Heartbeat::state).toList();
  }

  private static List<Heartbeat> reports(KafkaConnection connection) {
    return new TopicReader(connection)
        .events(connection.topics().heartbeats(), Heartbeat.class).stream()
            .map(Envelope::event)
            .toList();
  }
}
