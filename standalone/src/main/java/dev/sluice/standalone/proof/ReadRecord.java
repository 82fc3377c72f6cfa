package dev.sluice.standalone.proof;

import dev.sluice.contract.proof.ChainLink;
import dev.sluice.contract.proof.RangeDigests;
import dev.sluice.contract.proof.RecordDigest;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of the log as it is now. */
record ReadRecord(
    long offset,
    Instant at,
    RecordDigest digest,
    Optional<ChainLink> link,
    RangeDigests.Entry entry) {

  static ReadRecord of(ConsumerRecord<String, byte[]> record) {
    RecordDigest digest = RecordDigest.of(record.key(), record.value(), record.headers());
    return new ReadRecord(
        record.offset(),
        Instant.ofEpochMilli(record.timestamp()),
        digest,
        ChainLink.of(record.headers()),
        RangeDigests.Entry.of(record.offset(), digest, record.key()));
  }
}
