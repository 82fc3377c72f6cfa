package dev.sluice.worker.report;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Envelope;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.name.ClusterName;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes results and dead letters. Ids say what an event is about, so that one that is written
 * twice (a worker died before it knew of the first) is known for what it is.
 */
public final class Reporter implements AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConnection kafka;
  private final String source;
  private final Consumer<ResultEvent> listener;
  private final Clock clock;

  /**
   * @param listener is told of every result as it is sent; must not block
   */
  public Reporter(
      KafkaConnection kafka, ClusterName cluster, Consumer<ResultEvent> listener, Clock clock) {
    this.producer = new KafkaProducer<>(kafka.producer("worker-" + cluster));
    this.kafka = kafka;
    this.source = "worker/" + cluster;
    this.listener = listener;
    this.clock = clock;
  }

  /** A result that is on its way to the broker. */
  public static final class Receipt {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Future<RecordMetadata> pending;

    private Receipt(Future<RecordMetadata> pending) {
      this.pending = pending;
    }

    /**
     * Waits until the broker has it.
     *
     * @throws ReportException if that does not come about
     */
    public void await() throws ReportException, InterruptedException {
      try {
        pending.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        throw new ReportException("the broker does not take a result", e);
      }
    }
  }

  /** Sends a result, in the trace of the target it answers. */
  public Receipt send(ResultEvent result, TraceParent trace) {
    listener.accept(result);
    return send(kafka.topics().results(), id(result), result, trace.child());
  }

  /** Sends what happened to a dead letter. */
  public Receipt send(DeadLetterEvent event) {
    return send(kafka.topics().deadLetters(), id(event), event, TraceParent.start());
  }

  @Override
  public void close() {
    producer.close(CLOSING);
  }

  private Receipt send(String topic, EventId id, Event event, TraceParent trace) {
    return new Receipt(
        producer.send(
            EventCodec.encode(topic, new Envelope<>(id, source, clock.instant(), trace, event))));
  }

  private EventId id(ResultEvent result) {
    return switch (result) {
      case ResultEvent.Planned planned -> about("planned", planned);
      case ResultEvent.Applied applied -> about("applied", applied);
      case ResultEvent.Unchanged unchanged -> about("unchanged", unchanged);
      case ResultEvent.Superseded superseded -> about("superseded", superseded);
      case ResultEvent.Retrying retrying ->
          EventId.of(about("retrying", retrying), retrying.attempt());
      case ResultEvent.Parked parked ->
          EventId.of(about("parked", parked), parked.failure().code());
      case ResultEvent.Removed removed -> about("removed", removed);
      case ResultEvent.Fenced fenced -> EventId.of(about("fenced", fenced), source);
      case ResultEvent.Swept swept ->
          EventId.of("swept", swept.cluster(), swept.application(), clock.millis());
      case ResultEvent.WorkerHello hello ->
          EventId.of("worker-hello", hello.cluster(), hello.worker(), clock.millis());
    };
  }

  private static EventId about(String type, ResultEvent.OfTarget result) {
    return EventId.of(type, result.key(), result.subject().generation());
  }

  private static EventId id(DeadLetterEvent event) {
    return switch (event) {
      case DeadLetterEvent.Opened opened -> EventId.of("dead-letter-opened", opened.entry());
      case DeadLetterEvent.Retried retried ->
          EventId.of("dead-letter-retried", retried.entry(), retried.attempts());
      case DeadLetterEvent.Closed closed ->
          EventId.of("dead-letter-closed", closed.entry(), closed.reason(), closed.generation());
    };
  }
}
