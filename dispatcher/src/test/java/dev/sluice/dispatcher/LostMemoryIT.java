package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka was lost and the clusters were not: their ledgers are ahead of a new dispatcher. */
class LostMemoryIT {

  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging, production");
    situation.put("web", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void continuesCountingFromTheClustersGeneration() throws Exception {
    situation.start();
    SyncEvent.Target first = (SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst();
    situation.awaitSync(PRODUCTION, 1);

    passedOver(STAGING, first, 7);

    SyncEvent.Target again = (SyncEvent.Target) situation.awaitSync(STAGING, 2).getLast();
    assertThat(again.generation().value()).isEqualTo(8);
    assertThat(again.inputDigest()).isEqualTo(first.inputDigest());
    assertThat(again.sources()).isEqualTo(first.sources());
    situation.put("web", "two").pushAndNotify();
    assertThat(situation.awaitSync(STAGING, 3).getLast().generation().value()).isEqualTo(9);
    assertThat(situation.awaitSync(PRODUCTION, 2).getLast().generation().value()).isEqualTo(2);
  }

  @Test
  void continuesCountingFromAnEqualGenerationWithOtherInputs() throws Exception {
    situation.start();
    SyncEvent.Target first = (SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst();

    passedOver(STAGING, first, 1);

    assertThat(situation.awaitSync(STAGING, 2).getLast().generation().value()).isEqualTo(2);
  }

  @Test
  void aLateTargetOfAFencedWriterChangesNothing() throws Exception {
    situation.start();
    SyncEvent.Target first = (SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst();
    situation.put("web", "two").pushAndNotify();
    situation.awaitSync(STAGING, 2);

    passedOver(STAGING, first, 2);

    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> situation.changes().stream().anyMatch(ChangeEvent.LedgerAhead.class::isInstance));
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING))
        .extracting(event -> event.generation().value())
        .containsExactly(1L, 2L);
  }

  private void passedOver(ClusterName cluster, SyncEvent.Target target, long ledger)
      throws Exception {
    Subject of = Subject.of(target);
    ResultEvent.Fenced fenced =
        new ResultEvent.Fenced(
            new Subject(cluster, of.application(), of.generation(), of.commit(), of.target()),
            new Generation(ledger));
    try (KafkaProducer<String, byte[]> worker =
        new KafkaProducer<>(situation.connection.producer("test-worker"))) {
      worker
          .send(
              EventCodec.encode(
                  situation.connection.topics().results(),
                  new Envelope<>(
                      EventId.of("fenced", cluster, ledger),
                      "worker",
                      Instant.now(),
                      TraceParent.start(),
                      fenced)))
          .get();
    }
  }
}
