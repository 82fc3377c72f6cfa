package dev.sluice.api.projection;

import dev.sluice.platform.process.OutsideCause;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Thrown when a newer version of Sluice has written a type of event that this version does not
 * know.
 */
final class UnknownEventException extends RuntimeException implements OutsideCause {

  private static final long serialVersionUID = 1L;

  UnknownEventException(ConsumerRecord<?, ?> record, String type) {
    super(
        "record %d of partition %d of %s is a %s, which this version does not know: upgrade this process"
            .formatted(record.offset(), record.partition(), record.topic(), type));
  }
}
