package dev.sluice.benchmarks;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Writer of a large results topic, in which all generations of all applications are applied. */
final class ManyResults {

  private static final ClusterName CLUSTER = new ClusterName("east");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private ManyResults() {}

  /** Writes three events per generation: dispatched, planned, applied. */
  static void write(KafkaConnection connection, int results, int applications) {
    Map<String, Object> properties = connection.producer("many-results");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 512 * 1024);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64 * 1024 * 1024);
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
      for (int i = 0; i < results; i++) {
        int generation = i / 3 / applications + 1;
        String name = "app-" + i / 3 % applications;
        ResultEvent event = event(i % 3, name, generation, START.plusMillis(i));
        EventId id = EventId.of(event.getClass().getSimpleName(), name, generation);
        var unused =
            producer.send(
                EventCodec.encode(
                    connection.topics().results(),
                    new Envelope<>(
                        id, "benchmark", START.plusMillis(i), TraceParent.start(), event)),
                (_, thrown) -> {
                  if (thrown != null) {
                    failure.set(thrown);
                  }
                });
      }
    }
    if (failure.get() != null) {
      throw new IllegalStateException("cannot write the results", failure.get());
    }
  }

  private static ResultEvent event(int step, String name, int generation, Instant at) {
    Subject subject =
        new Subject(
            CLUSTER,
            new ApplicationName(name),
            new Generation(generation),
            Optional.of(new CommitId("%040x".formatted(0xabcdef000000L + generation))),
            EventId.of("sync", CLUSTER, name, generation));
    List<ObjectChange> changes =
        List.of(
            new ObjectChange(
                new ObjectRef("apps/v1", "Deployment", "default", name),
                ObjectChange.Action.CONFIGURED));
    return switch (step) {
      case 0 ->
          new ResultEvent.Dispatched(
              subject,
              Optional.of("1:" + "0".repeat(64)),
              name + "/deployment.yaml",
              new Provenance(
                  List.of(EventId.of("github", "delivery", generation)),
                  Optional.of("octocat"),
                  at,
                  at,
                  "batch-" + generation,
                  1));
      case 1 -> new ResultEvent.Planned(subject, changes, "plain");
      default ->
          new ResultEvent.Applied(
              subject, changes, 5, new ResultEvent.Timings(at, at, at, at), Optional.of("plain"));
    };
  }
}
