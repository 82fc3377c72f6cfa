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
import java.util.function.Consumer;

/**
 * Writes results and dead letters. Ids say what an event is about, so that one that is written
 * twice (a worker died before it knew of the first) is known for what it is.
 */
public final class Reporter implements AutoCloseable {

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
   * Takes over the reporting for a cluster: whoever reported for it before can do so no more, and
   * what it had not committed is undone.
   *
   * @param listener is told of every result as it is sent; must not block
   * @param broken is told once, when nothing can be reported any more: whoever works must stop
   * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached
   */
  public static Reporter open(
      KafkaConnection kafka,
      ClusterName cluster,
      Consumer<ResultEvent> listener,
      Runnable broken,
      Clock clock) {
    return new Reporter(
        GroupCommit.open(kafka, "worker-" + cluster, broken), kafka, cluster, listener, clock);
  }

  /**
   * Sends a result.
   *
   * @param trace what it follows from
   */
  public Receipt send(ResultEvent result, TraceParent trace) {
    listener.accept(result);
    return send(kafka.topics().results(), id(result), result, trace);
  }

  /** Sends what happened to a dead letter, in the trace of the record that did not go. */
  public Receipt send(DeadLetterEvent event, TraceParent trace) {
    return send(kafka.topics().deadLetters(), id(event), event, trace);
  }

  /** Commits what was sent, within some seconds. */
  @Override
  public void close() {
    commits.close();
  }

  private Receipt send(String topic, EventId id, Event event, TraceParent trace) {
    return commits.add(
        EventCodec.encode(topic, new Envelope<>(id, source, clock.instant(), trace, event)));
  }

  private EventId id(ResultEvent result) {
    return switch (result) {
      case ResultEvent.Dispatched dispatched -> about("dispatched", dispatched);
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
      case ResultEvent.DiffAnswered answered -> EventId.of("diff-answered", answered.question());
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
