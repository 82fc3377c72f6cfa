package dev.sluice.worker.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicReader;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

class ReporterIT {

  private static final ClusterName CLUSTER = new ClusterName("test");

  private final KafkaConnection kafka = KafkaFixture.provisioned(1);

  @Test
  void aSucceededReporterCannotReportAnyLonger() throws Exception {
    AtomicInteger broken = new AtomicInteger();
    try (Reporter zombie = open(_ -> broken.incrementAndGet())) {
      send(zombie, 1).await();
      try (Reporter successor = open(_ -> {})) {
        send(successor, 3).await();

        Reporter.Receipt late = send(zombie, 2);

        assertThatThrownBy(late::await).isInstanceOf(ReportException.class);
        await().until(() -> broken.get() == 1);
        assertThatThrownBy(send(zombie, 2)::await).isInstanceOf(ReportException.class);
        send(successor, 4).await();
      }
    }
    assertThat(generations()).containsExactly(1L, 3L, 4L);
    assertThat(broken).hasValue(1);
  }

  @Test
  void commitsSentResultsOnClose() {
    List<Long> expected = new ArrayList<>();
    try (Reporter reporter = open(_ -> {})) {
      for (long generation = 1; generation <= 2_000; generation++) {
        send(reporter, generation);
        expected.add(generation);
      }
    }

    assertThat(generations()).isEqualTo(expected);
  }

  @Test
  void aRecordThatIsTooLargeForTheProducerIsShortenedAndTheOthersAreWritten() throws Exception {
    List<Throwable> broken = new CopyOnWriteArrayList<>();
    try (Reporter reporter = open(broken::add)) {
      Reporter.Receipt before = send(reporter, 1);
      Reporter.Receipt large =
          reporter.send(parked(2, "x".repeat(18_000_000)), TraceParent.start());
      Reporter.Receipt after = send(reporter, 3);

      before.await();
      large.await();
      after.await();
    }
    assertThat(generations()).containsExactly(1L, 3L);
    assertThat(parked()).hasSize(1);
    assertThat(parked().getFirst().wakesOn()).hasSizeLessThan(10_000);
    assertThat(broken).isEmpty();
  }

  @Test
  void aRecordThatTheBrokerDoesNotTakeIsReplacedAndTheOthersAreWritten() throws Exception {
    List<Throwable> broken = new CopyOnWriteArrayList<>();
    limitTopic(100_000);
    try (Reporter reporter = open(broken::add)) {
      List<Reporter.Receipt> receipts = new ArrayList<>();
      for (long generation = 1; generation <= 20; generation++) {
        receipts.add(
            generation == 7 || generation == 13
                ? reporter.send(planned(generation), TraceParent.start())
                : send(reporter, generation));
      }
      for (Reporter.Receipt receipt : receipts) {
        receipt.await();
      }
    }
    assertThat(generations()).hasSize(18).doesNotContain(7L, 13L).isSorted();
    assertThat(read(ResultEvent.Planned.class))
        .extracting(ResultEvent.Planned::omitted)
        .containsExactly(Optional.of(2_000), Optional.of(2_000));
    assertThat(broken).isEmpty();
  }

  @Test
  void aFailingListenerDoesNotPreventAReport() throws Exception {
    try (Reporter reporter =
        Reporter.open(
            kafka,
            CLUSTER,
            _ -> {
              throw new AssertionError("a listener");
            },
            _ -> {},
            Clock.systemUTC())) {
      send(reporter, 1).await();
    }
    assertThat(generations()).containsExactly(1L);
  }

  private void limitTopic(int bytes) throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, kafka.topics().results()),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry(
                              TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes)),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private static ResultEvent.Parked parked(long generation, String wakesOn) {
    return new ResultEvent.Parked(
        subject(generation),
        new Failure(ApplyFailure.INVALID, "message", Failure.Stage.APPLY, Optional.empty()),
        wakesOn);
  }

  private static ResultEvent.Planned planned(long generation) {
    ObjectChange change =
        new ObjectChange(
            new ObjectRef("v1", "ConfigMap", "web", "n".repeat(60)), ObjectChange.Action.CREATED);
    return new ResultEvent.Planned(
        subject(generation), Collections.nCopies(2_000, change), "plain");
  }

  private List<ResultEvent.Parked> parked() {
    return read(ResultEvent.Parked.class);
  }

  private Reporter open(Consumer<Throwable> broken) {
    return Reporter.open(kafka, CLUSTER, _ -> {}, broken, Clock.systemUTC());
  }

  private static Reporter.Receipt send(Reporter reporter, long generation) {
    return reporter.send(
        new ResultEvent.Unchanged(subject(generation), 1, Optional.empty()), TraceParent.start());
  }

  private static Subject subject(long generation) {
    return new Subject(
        CLUSTER,
        new ApplicationName("web"),
        new Generation(generation),
        Optional.empty(),
        EventId.of("sync", generation));
  }

  private List<Long> generations() {
    return read(ResultEvent.Unchanged.class).stream()
        .map(unchanged -> unchanged.subject().generation().value())
        .toList();
  }

  private <E extends Event> List<E> read(Class<E> type) {
    return new TopicReader(kafka)
        .events(kafka.topics().results(), type).stream().map(Envelope::event).toList();
  }
}
