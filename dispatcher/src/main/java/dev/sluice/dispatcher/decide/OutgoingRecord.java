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
import dev.sluice.platform.kafka.LargeRecords;
import dev.sluice.platform.kafka.Topics;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Record that a partition has decided to write.
 *
 * @param stored size of the value in the topic, in bytes; compressed if that is needed to fit
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record OutgoingRecord(Envelope<?> envelope, byte[] value, int stored) {

  /** Part of a record's maximum size that is reserved for its headers. */
  private static final int ROOM_FOR_HEADERS = 64 * 1024;

  /** Maximum size of a value in the topic, in bytes. */
  static final int MAX_BYTES = KafkaConnection.MAX_RECORD_BYTES - ROOM_FOR_HEADERS;

  /** Maximum size of a target before it is compressed, in bytes. */
  static final int MAX_TARGET_BYTES = LargeRecords.MAX_BYTES;

  /** Size of files whose JSON cannot be too large: a character has at most six bytes there. */
  private static final int SURELY_SENT = MAX_TARGET_BYTES / 12;

  static OutgoingRecord of(Envelope<?> envelope) {
    byte[] value = EventCodec.value(envelope.event());
    boolean isCompressed =
        envelope.event() instanceof SyncEvent
            && value.length > MAX_BYTES
            && value.length <= MAX_TARGET_BYTES;
    return new OutgoingRecord(
        envelope, value, isCompressed ? LargeRecords.compressed(value) : value.length);
  }

  /**
   * Checks that the record is within Kafka's size limit: a larger one would fail the whole
   * transaction.
   *
   * @throws IllegalStateException if it is too large
   */
  public void requireFit() {
    if (stored > MAX_BYTES) {
      throw new IllegalStateException(
          "a %s about %s has %d bytes, which no record of Kafka holds"
              .formatted(
                  envelope.event().getClass().getSimpleName(),
                  envelope.event().key(),
                  value.length));
    }
  }

  /** Returns why a target does not fit into a record; empty if it does. */
  Optional<Failure> tooLarge() {
    return stored > MAX_BYTES
        ? Optional.of(
            tooLarge(
                "the input files make a target of %d bytes, which is compressed to %d, and at most %d fit a record: split the application"
                    .formatted(value.length, stored, MAX_BYTES)))
        : Optional.empty();
  }

  /**
   * Returns why a target has more bytes than a record may have before it is compressed; empty if it
   * has not. Needs no memory for the record.
   */
  static Optional<Failure> tooLarge(SyncEvent.Target target) {
    if (target.filesSize() < SURELY_SENT) {
      return Optional.empty();
    }
    long bytes = EventCodec.size(target);
    return bytes > MAX_TARGET_BYTES
        ? Optional.of(
            tooLarge(
                "the input files make a target of %d bytes, and at most %d are sent: split the application"
                    .formatted(bytes, MAX_TARGET_BYTES)))
        : Optional.empty();
  }

  private static Failure tooLarge(String message) {
    return new Failure(
        SourceFailure.TARGET_TOO_LARGE, message, Failure.Stage.SOURCE, Optional.empty());
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
