package dev.sluice.contract.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Where a dead letter's record is in Kafka; and the record itself where no one could decode it,
 * since what cannot be read may be compacted away or expire before anyone looks.
 *
 * @param offset {@link #NOWHERE} if it is not known any more
 * @param value the record's bytes (Base64 in JSON); absent if it had none, if it was decoded, or if
 *     the record is too large to be kept twice: then only the position tells
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

  /** Base64 makes it a third larger, and it has to fit a record again. */
  private static final int MOST_BYTES = 8 * 1024 * 1024;

  /** The offset of a record that is not known any more. */
  public static final long NOWHERE = -1;

  public OriginalRecord {
    headers = headers.map(List::copyOf);
  }

  /** A header of a record, as it was. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record RecordHeader(String name, Optional<byte[]> value) {}

  /** The position of a record that was decoded. */
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

  /** All of a record that could not be decoded, if it is not too large. */
  public static OriginalRecord intact(ConsumerRecord<String, byte[]> record) {
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

  /** Names the position: the entry of a record that nobody can read. */
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
