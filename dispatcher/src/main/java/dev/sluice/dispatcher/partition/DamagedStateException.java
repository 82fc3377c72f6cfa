package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.TraceParent;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of a home's own memory that cannot be read. */
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
    this.original = OriginalRecord.intact(record);
    this.trace = EventCodec.trace(record).orElseGet(TraceParent::start);
  }

  /** The record's key, which names what was to be remembered. */
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
