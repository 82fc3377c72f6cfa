package dev.sluice.worker.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Decoded;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.kafka.KafkaFixture;
import dev.sluice.contract.kafka.UngroupedConsumer;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ReporterIT {

  private static final ClusterName CLUSTER = new ClusterName("test");

  private final KafkaConnection kafka = KafkaFixture.provisioned(1);

  @Test
  void whoWasSucceededTellsNothingAnyMore() throws Exception {
    AtomicInteger broken = new AtomicInteger();
    try (Reporter zombie = open(broken::incrementAndGet)) {
      tell(zombie, 1).await();
      try (Reporter successor = open(() -> {})) {
        tell(successor, 3).await();

        Receipt late = tell(zombie, 2);

        assertThatThrownBy(late::await).isInstanceOf(ReportException.class);
        await().until(() -> broken.get() == 1);
        assertThatThrownBy(tell(zombie, 2)::await).isInstanceOf(ReportException.class);
        tell(successor, 4).await();
      }
    }
    assertThat(generations()).containsExactly(1L, 3L, 4L);
    assertThat(broken).hasValue(1);
  }

  @Test
  void commitsOnClosingWhatWasSent() {
    List<Long> expected = new ArrayList<>();
    try (Reporter reporter = open(() -> {})) {
      for (long generation = 1; generation <= 2_000; generation++) {
        tell(reporter, generation);
        expected.add(generation);
      }
    }

    assertThat(generations()).isEqualTo(expected);
  }

  private Reporter open(Runnable broken) {
    return Reporter.open(kafka, CLUSTER, _ -> {}, broken, Clock.systemUTC());
  }

  private static Receipt tell(Reporter reporter, long generation) {
    Subject subject =
        new Subject(
            CLUSTER,
            new ApplicationName("web"),
            new Generation(generation),
            Optional.empty(),
            EventId.of("sync", generation));
    return reporter.send(
        new ResultEvent.Unchanged(subject, 1, Optional.empty()), TraceParent.start());
  }

  private List<Long> generations() {
    List<Long> generations = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new UngroupedConsumer(kafka.consumer("test-results"))) {
      TopicPartition results = new TopicPartition(kafka.topics().results(), 0);
      consumer.assign(List.of(results));
      consumer.seekToBeginning(List.of(results));
      long end = consumer.endOffsets(List.of(results)).get(results);
      while (consumer.position(results) < end) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          if (EventCodec.decode(record) instanceof Decoded.Known known
              && known.envelope().event() instanceof ResultEvent.Unchanged unchanged) {
            generations.add(unchanged.subject().generation().value());
          }
        }
      }
    }
    return generations;
  }
}
