package dev.sluice.benchmarks.dispatch;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;

/** Writer of the records in {@code changes} that a receiver writes for pushes. */
final class Announcer implements AutoCloseable {

  private static final GitRef MAIN = GitRef.branch("main");

  private final KafkaConnection kafka;
  private final KafkaProducer<String, byte[]> producer;
  private int deliveries;

  Announcer(KafkaConnection kafka) {
    this.kafka = kafka;
    this.producer = new KafkaProducer<>(kafka.producer("receiver"));
  }

  /** Announces a commit of the branch main, and returns when the broker has the record. */
  void announce(RepositoryId repository, CommitId commit)
      throws InterruptedException, ExecutionException {
    EventId id = EventId.of("webhook", "benchmark", "delivery-" + ++deliveries, 0);
    Origin origin =
        new Origin.Webhook("benchmark", id.value(), Optional.of("benchmark"), Instant.now());
    producer
        .send(
            EventCodec.encode(
                kafka.topics().changes(),
                new Envelope<>(
                    id,
                    "receiver/benchmark",
                    Instant.now(),
                    TraceParent.start(),
                    new ChangeEvent.RefChanged(
                        repository, MAIN, Optional.empty(), Optional.of(commit), origin))))
        .get();
  }

  @Override
  public void close() {
    producer.close();
  }
}
