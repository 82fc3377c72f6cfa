package dev.sluice.benchmarks.live;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The applications that a worker reported as healthy, read from the results. */
final class HealthyApplications implements AutoCloseable {

  private final UngroupedConsumer consumer;
  private final Set<ApplicationName> healthy = new HashSet<>();
  private long results;
  private boolean hello;

  HealthyApplications(KafkaConnection kafka) {
    this.consumer = new UngroupedConsumer(kafka.consumer("benchmark-results"));
    consumer.assign(TopicPartitions.of(consumer, kafka.topics().results()), _ -> Optional.empty());
  }

  /** Forgets what was reported so far. */
  void forget() {
    while (read(Duration.ofMillis(200))) {
      // more may follow
    }
    healthy.clear();
    results = 0;
  }

  /** Returns the number of results since {@link #forget}. */
  long results() {
    while (read(Duration.ofMillis(200))) {
      // more may follow
    }
    return results;
  }

  /** Waits until this many applications are healthy. */
  void await(int applications, Duration limit) throws TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (healthy.size() < applications) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(
            "%d of %d applications are healthy after %s"
                .formatted(healthy.size(), applications, limit));
      }
      read(Duration.ofMillis(50));
    }
  }

  /** Waits until a worker has reported that it leads. */
  void awaitHello(Duration limit) throws TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (!hello) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("no worker leads after " + limit);
      }
      read(Duration.ofMillis(50));
    }
  }

  private boolean read(Duration atMost) {
    boolean any = false;
    for (ConsumerRecord<String, byte[]> record : consumer.poll(atMost)) {
      any = true;
      results++;
      if (EventCodec.decode(record) instanceof Decoded.Known known) {
        received(known.envelope().event());
      }
    }
    return any;
  }

  private void received(Event event) {
    switch (event) {
      case ResultEvent.WorkerHello _ -> hello = true;
      case ObservedEvent.Healthy found -> healthy.add(found.subject().application());
      case ObservedEvent.OfHealth other -> healthy.remove(other.subject().application());
      default -> {
        // of no interest here
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
