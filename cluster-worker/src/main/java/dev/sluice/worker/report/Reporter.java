package dev.sluice.worker.report;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FatalErrors;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes results and dead letters. Event ids are derived from the content, so that an event that is
 * written twice (a worker died before it knew of the first) is recognized as a duplicate.
 */
public final class Reporter implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reporter.class);

  private final GroupCommit commits;
  private final KafkaConnection kafka;
  private final String source;
  private final Consumer<ResultEvent> listener;
  private final Clock clock;

  private Reporter(
      GroupCommit commits,
      KafkaConnection kafka,
      ClusterName cluster,
      Consumer<ResultEvent> listener,
      Clock clock) {
    this.commits = commits;
    this.kafka = kafka;
    this.source = "worker/" + cluster;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Takes over the reporting for a cluster: fences the previous reporter and aborts its open
   * transaction.
   *
   * @param listener receives every result as it is sent; must not block
   * @param broken called once with the reason when nothing more can be reported: the caller must
   *     stop its work
   * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached
   */
  public static Reporter open(
      KafkaConnection kafka,
      ClusterName cluster,
      Consumer<ResultEvent> listener,
      Consumer<Throwable> broken,
      Clock clock) {
    return new Reporter(
        GroupCommit.open(kafka, "worker-" + cluster, broken), kafka, cluster, listener, clock);
  }

  /**
   * Sends a result, shortened if it exceeds the limit of a record.
   *
   * @param trace of the event that caused it
   */
  public Receipt send(ResultEvent result, TraceParent trace) {
    hear(result);
    return send(kafka.topics().results(), id(result), result, trace);
  }

  /** Sends an event about a dead letter, in the trace of the record that failed. */
  public Receipt send(DeadLetterEvent event, TraceParent trace) {
    return send(kafka.topics().deadLetters(), id(event), event, trace);
  }

  /** Returns why nothing is written at the moment; empty if everything is. */
  public Optional<String> problem() {
    return commits.problem();
  }

  /** Commits the sent events, waiting a few seconds at most. */
  @Override
  public void close() {
    commits.close();
  }

  private Receipt send(String topic, EventId id, Event event, TraceParent trace) {
    Instant now = clock.instant();
    return commits.add(
        record(topic, new Envelope<>(id, source, now, trace, ResultLimits.bounded(event))),
        () ->
            Optional.of(
                record(topic, new Envelope<>(id, source, now, trace, ResultLimits.least(event)))));
  }

  private static ProducerRecord<String, byte[]> record(String topic, Envelope<Event> envelope) {
    return EventCodec.encode(topic, envelope);
  }

  /** Passes a result to the listener, whose failure must not prevent the report. */
  private void hear(ResultEvent result) {
    try {
      listener.accept(result);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      log.atWarn().setCause(e).log("a listener failed on a {}", EventType.of(result).slug());
    }
  }

  /** Returns an id of this event alone: a further attempt is another event. */
  private EventId id(ResultEvent result) {
    String type = EventType.of(result).slug();
    return switch (result) {
      case DiffAnswered answered ->
          answered
              .part()
              .map(part -> EventId.of(type, answered.question(), part))
              .orElse(EventId.of(type, answered.question()));
      case ObjectsAnswered answered -> EventId.of(type, answered.question());
      case ResultEvent.WorkerHello hello ->
          EventId.of(type, hello.cluster(), hello.worker(), stamp());
      case ResultEvent.Swept swept ->
          EventId.of(type, swept.cluster(), swept.application(), stamp());
      case ResultEvent.Held held ->
          throw new IllegalStateException("only dispatchers report " + held.key());
      case ResultEvent.OfTarget ofTarget ->
          EventId.of(type, ofTarget.key(), ofTarget.subject().generation(), stamp());
    };
  }

  private EventId id(DeadLetterEvent event) {
    return EventId.of(EventType.of(event).slug(), event.entry(), stamp());
  }

  private long stamp() {
    return EventStamp.next(clock.instant());
  }

  /** A record on its way to the broker. */
  public static final class Receipt {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CompletableFuture<Void> committed = new CompletableFuture<>();

    Receipt() {}

    void committed() {
      committed.complete(null);
    }

    void failed(Throwable cause) {
      committed.completeExceptionally(cause);
    }

    /**
     * Waits until the record is committed.
     *
     * @throws ReportException if it cannot be
     */
    public void await() throws ReportException, InterruptedException {
      try {
        committed.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        throw new ReportException("the broker does not take a result", e);
      }
    }
  }
}
