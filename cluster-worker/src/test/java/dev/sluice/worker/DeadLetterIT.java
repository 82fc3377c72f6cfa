package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.worker.report.Reporter;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The content of a worker's dead letter, and its trace. */
@Tag("kubernetes")
class DeadLetterIT {

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void describesTheFailedRecordInHeadersAndContinuesItsTrace() {
    bench.worker("one");
    TraceParent trace = TraceParent.start();
    SyncEvent.Target bad =
        bench.targets.target("web", 1, configMap("a", "first"), configMap("Not_A_Name", "x"));
    bench.targets.send(
        EventCodec.encode(
            bench.kafka.topics().sync(bench.cluster),
            0,
            new Envelope<>(bad.id(), "dispatcher", Instant.now(), trace, bad)));

    ConsumerRecord<String, byte[]> opened = awaitLetters(1).getFirst();
    assertThat(traceId(opened)).isEqualTo(trace.value().substring(3, 35));
    assertThat(header(opened, "__dlq.errors.topic"))
        .isEqualTo(bench.kafka.topics().sync(bench.cluster));
    assertThat(header(opened, "__dlq.errors.partition")).isEqualTo("0");
    assertThat(header(opened, "__dlq.errors.offset")).isEqualTo("0");
    assertThat(header(opened, "__dlq.errors.group")).isEqualTo("worker/test");
    assertThat(header(opened, "__dlq.errors.message")).contains("Not_A_Name");
    assertThat(header(opened, "sluice_cause")).isEqualTo("Invalid");
    assertThat(header(opened, "sluice_object")).endsWith("/Not_A_Name");
    assertThat(header(opened, "sluice_attempts")).isEqualTo("1");
    assertThat(Instant.parse(header(opened, "sluice_first_at")))
        .isBeforeOrEqualTo(Instant.parse(header(opened, "sluice_last_at")));

    // the slow timer retries it
    ConsumerRecord<String, byte[]> retried = awaitLetters(2).get(1);
    assertThat(header(retried, "ce_type")).isEqualTo("dev.sluice.dead-letter-retried.v1");
    assertThat(header(retried, "sluice_attempts")).isEqualTo("2");
    assertThat(traceId(retried)).isEqualTo(traceId(opened));

    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    bench.awaitApplied("web", 2);
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () -> assertThat(header(letters().getLast(), "sluice_reason")).isEqualTo("SUCCEEDED"));
    assertThat(traceId(letters().getLast()))
        .as("closed in the trace of the successful record")
        .isNotEqualTo(traceId(opened));
  }

  @Test
  void aDeadLetterThatAWorkerHasClosedBeforeItEndedIsNotClosedAgain() throws Exception {
    ClusterWorker first = bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("Not_A_Name", "x")));
    awaitLetters(2); // the retry follows the ledger's write
    first.close();
    try (Reporter reporter =
        Reporter.open(bench.kafka, bench.cluster, _ -> {}, _ -> {}, Clock.systemUTC())) {
      DeadLetterId entry = new DeadLetterId(bench.cluster + "/web/1");
      reporter
          .send(
              new DeadLetterEvent.Closed(
                  entry,
                  bench.cluster + "/web",
                  DeadLetterEvent.Closed.Reason.SUCCEEDED,
                  Optional.of(new Generation(2))),
              TraceParent.start())
          .await();
    }
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));

    bench.worker("two");
    bench.awaitApplied("web", 2);
    bench.targets.send(bench.targets.target("web", 3, configMap("a", "third")));
    bench.awaitApplied("web", 3);

    assertThat(letters())
        .filteredOn(letter -> header(letter, "ce_type").endsWith(".dead-letter-closed.v1"))
        .hasSize(1);
  }

  @Test
  void aPoisonRecordIsKeptAndDoesNotBlockOthers() {
    bench.worker("one");
    TraceParent trace = TraceParent.start();
    ProducerRecord<String, byte[]> poison =
        new ProducerRecord<>(bench.kafka.topics().sync(bench.cluster), 0, "web", new byte[] {1, 2});
    poison.headers().add("ce_type", "dev.sluice.target.v1".getBytes(UTF_8));
    poison.headers().add("traceparent", trace.value().getBytes(UTF_8));
    bench.targets.send(poison);
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));

    ConsumerRecord<String, byte[]> letter = awaitLetters(1).getFirst();
    bench.awaitApplied("web", 1);
    DeadLetterEvent.Opened opened =
        (DeadLetterEvent.Opened) ((Decoded.Known) EventCodec.decode(letter)).envelope().event();
    assertThat(opened.original().value().orElseThrow()).containsExactly(1, 2);
    assertThat(opened.original().key()).contains("web");
    assertThat(opened.original().headers().orElseThrow()).hasSize(2);
    assertThat(opened.entry().value()).isEqualTo(bench.kafka.topics().sync(bench.cluster) + "/0/0");
    assertThat(header(letter, "sluice_application")).isEqualTo("web");
    assertThat(header(letter, "sluice_stage")).isEqualTo("DECODE");
    assertThat(traceId(letter)).isEqualTo(trace.value().substring(3, 35));
  }

  @Test
  void theWorkerIsUnreadyWhileItCannotReadWhichDeadLettersAreOpen() {
    KafkaFixture.deny(bench.kafka.topics().deadLetters(), AclOperation.DESCRIBE);
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));

    ClusterWorker worker = bench.worker("one");
    awaitProblem(worker, "cannot read which dead letters are open (TopicAuthorizationException)");
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    KafkaFixture.allow(bench.kafka.topics().deadLetters());

    bench.awaitApplied("web", 2);
    await().atMost(Bench.PATIENCE).until(worker::problem, Optional::isEmpty);
    assertThat(bench.results.all(ResultEvent.WorkerHello.class))
        .as("the log is read once")
        .hasSize(1);
  }

  @Test
  void theLogIsReadWhileItIsUnknownWhichDeadLettersAreOpen() {
    KafkaFixture.deny(bench.kafka.topics().deadLetters(), AclOperation.DESCRIBE);
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    ClusterWorker worker = bench.worker("one");
    awaitProblem(worker, "cannot read which dead letters are open");

    ProducerRecord<String, byte[]> unknown =
        new ProducerRecord<>(bench.kafka.topics().sync(bench.cluster), 0, "web", new byte[] {1});
    unknown.headers().add("ce_type", "dev.sluice.of-tomorrow.v1".getBytes(UTF_8));
    bench.targets.send(unknown);

    awaitProblem(worker, "dev.sluice.of-tomorrow.v1");
    assertThat(worker.status()).isEqualTo(WorkerStatus.STOPPED);
    KafkaFixture.allow(bench.kafka.topics().deadLetters());
  }

  private static void awaitProblem(ClusterWorker worker, String part) {
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(() -> assertThat(worker.problem().orElse("")).contains(part));
    assertThat(worker.status().isReady()).isFalse();
  }

  private List<ConsumerRecord<String, byte[]>> awaitLetters(int atLeast) {
    return await().atMost(Bench.PATIENCE).until(this::letters, found -> found.size() >= atLeast);
  }

  private List<ConsumerRecord<String, byte[]>> letters() {
    return bench.results.records().stream()
        .filter(record -> record.topic().equals(bench.kafka.topics().deadLetters()))
        .toList();
  }

  private static String traceId(ConsumerRecord<String, byte[]> record) {
    return header(record, "traceparent").substring(3, 35);
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
