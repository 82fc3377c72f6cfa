package dev.sluice.contract.event;

import java.util.Optional;

/**
 * Where a dead letter's record is in Kafka.
 *
 * @param value the record's bytes where no one could decode them (Base64 in JSON); otherwise the
 *     record itself is still in its topic
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record OriginalRecord(String topic, int partition, long offset, Optional<byte[]> value) {}
