package dev.sluice.dispatcher.partition;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.TraceParent;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Exception for a state record of the partition that cannot be read. */
final class DamagedStateException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  private final String key;
  private final transient OriginalRecord original;
  private final transient TraceParent trace;

  DamagedStateException(ConsumerRecord<String, byte[]> record, String reason) {
    super(
        "record %d of partition %d of %s, about %s, cannot be read: %s"
            .formatted(record.offset(), record.partition(), record.topic(), record.key(), reason));
    this.key = String.valueOf(record.key());
    this.original = OriginalRecord.withContent(record);
    this.trace = EventCodec.trace(record).orElseGet(TraceParent::start);
  }

  /** Returns the record's key, which names the subject of the state. */
  String key() {
    return key;
  }

  OriginalRecord original() {
    return original;
  }

  TraceParent trace() {
    return trace;
  }
}
