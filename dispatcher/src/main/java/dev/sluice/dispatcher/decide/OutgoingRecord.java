package dev.sluice.dispatcher.decide;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Record that a partition has decided to write. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record OutgoingRecord(Envelope<?> envelope, byte[] value) {

  /** Part of a record's maximum size that is reserved for its headers. */
  private static final int ROOM_FOR_HEADERS = 64 * 1024;

  /** Maximum size of a value, in bytes. */
  static final int MAX_BYTES = KafkaConnection.MAX_RECORD_BYTES - ROOM_FOR_HEADERS;

  static OutgoingRecord of(Envelope<?> envelope) {
    return new OutgoingRecord(envelope, EventCodec.value(envelope.event()));
  }

  /**
   * Checks that the record is within Kafka's size limit: a larger one would fail the whole
   * transaction.
   *
   * @throws IllegalStateException if it is too large
   */
  public void requireFit() {
    if (value.length > MAX_BYTES) {
      throw new IllegalStateException(
          "a %s about %s has %d bytes, which no record of Kafka holds"
              .formatted(
                  envelope.event().getClass().getSimpleName(),
                  envelope.event().key(),
                  value.length));
    }
  }

  /** Returns the failure of a target that is too large for a record. */
  Failure tooLarge() {
    return new Failure(
        SourceFailure.TARGET_TOO_LARGE,
        "the input files make a target of %d bytes, and at most %d fit a record: split the application"
            .formatted(value.length, MAX_BYTES),
        Failure.Stage.SOURCE,
        Optional.empty());
  }

  /**
   * Returns the Kafka record. The partition's own records go to its own partition, all others by
   * their key.
   */
  public ProducerRecord<String, byte[]> record(Topics topics, int partition) {
    return switch (envelope.event()) {
      case StateRecord _ -> on(topics.state(), partition);
      case ChangeEvent.RefForwarded _, ChangeEvent.RenameFound _ -> on(topics.changes(), null);
      case ChangeEvent _ -> on(topics.changes(), partition);
      case SourcesEvent sources -> on(topics.sync(sources.cluster()), null);
      case SuspensionEvent suspension -> on(topics.sync(suspension.cluster()), null);
      case QuestionEvent question -> on(topics.sync(question.cluster()), null);
      case SyncEvent sync -> on(topics.sync(sync.cluster()), null);
      case DeadLetterEvent _ -> on(topics.deadLetters(), null);
      case ResultEvent _ -> on(topics.results(), null);
      case Heartbeat _, Heartbeat.LedgerReport _ -> on(topics.heartbeats(), null);
      case AccessDenied _ -> on(topics.results(), null);
      case Checkpoint _ -> on(topics.checkpoints(), null);
    };
  }

  private ProducerRecord<String, byte[]> on(String topic, @Nullable Integer partition) {
    return new ProducerRecord<>(
        topic, partition, envelope.event().key(), value, EventCodec.headers(envelope));
  }
}
