package dev.sluice.contract.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The position in Kafka of the record that a dead letter is about. For a record that could not be
 * decoded also its content, since Kafka may compact or expire it before anyone has read the dead
 * letter.
 *
 * @param topic the topic, with the prefix of the installation
 * @param partition the partition of the topic
 * @param offset {@link #UNKNOWN_OFFSET} if it is no longer known
 * @param value the record's bytes (Base64 in JSON); absent if it had none, if it was decoded, or if
 *     it is too large to be stored a second time
 * @param key the record's key, under the same conditions
 * @param headers the record's headers, in their order, under the same conditions
 * @param timestamp when it was written, under the same conditions
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record OriginalRecord(
    String topic,
    int partition,
    long offset,
    Optional<byte[]> value,
    Optional<String> key,
    Optional<List<RecordHeader>> headers,
    Optional<Instant> timestamp) {

  /** Base64 makes the content a third larger, and the result has to fit into a record. */
  private static final int MOST_BYTES = 8 * 1024 * 1024;

  /** The offset of a record whose offset is no longer known. */
  public static final long UNKNOWN_OFFSET = -1;

  public OriginalRecord {
    headers = headers.map(List::copyOf);
  }

  /**
   * A header of the original record.
   *
   * @param name the header's key
   * @param value the header's value (Base64 in JSON); absent if it is null
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record RecordHeader(String name, Optional<byte[]> value) {}

  /** Returns the position of a record that was decoded. */
  public static OriginalRecord at(String topic, int partition, long offset) {
    return new OriginalRecord(
        topic,
        partition,
        offset,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Returns the position of a record that could not be decoded, with its content unless that is too
   * large.
   */
  public static OriginalRecord withContent(ConsumerRecord<String, byte[]> record) {
    if (bytes(record) > MOST_BYTES) {
      return at(record.topic(), record.partition(), record.offset());
    }
    List<RecordHeader> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      headers.add(new RecordHeader(header.key(), Optional.ofNullable(header.value())));
    }
    return new OriginalRecord(
        record.topic(),
        record.partition(),
        record.offset(),
        Optional.ofNullable(record.value()),
        Optional.ofNullable(record.key()),
        Optional.of(headers),
        Optional.of(Instant.ofEpochMilli(record.timestamp())));
  }

  /** Returns {@code topic/partition/offset}, the id of the dead letter of an undecodable record. */
  public String position() {
    return "%s/%d/%d".formatted(topic, partition, offset);
  }

  private static long bytes(ConsumerRecord<String, byte[]> record) {
    long bytes = record.value() == null ? 0 : record.value().length;
    bytes += record.key() == null ? 0 : record.key().length();
    for (Header header : record.headers()) {
      bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return bytes;
  }
}
