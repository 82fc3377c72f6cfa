package dev.sluice.api.checkpoint;

import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.proof.CheckpointSigner;
import dev.sluice.contract.proof.RangeDigests;
import dev.sluice.contract.proof.RecordDigest;
import dev.sluice.contract.proof.SignedText;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The records of a partition that are not in a checkpoint yet. */
final class OpenRange {

  private final TopicPartition partition;
  private long from;
  private Optional<String> previous;
  private RangeDigests digests;
  private long next;
  private Instant since = Instant.MAX;

  /**
   * Begins after the last checkpoint.
   *
   * @param from the first offset that is in no checkpoint
   * @param previous the digest of the last checkpoint
   */
  OpenRange(TopicPartition partition, long from, Optional<String> previous) {
    this.partition = partition;
    this.from = from;
    this.previous = previous;
    this.digests = new RangeDigests(from);
    this.next = from;
  }

  TopicPartition partition() {
    return partition;
  }

  void add(ConsumerRecord<String, byte[]> record, Instant now) {
    if (digests.records() == 0) {
      since = now;
    }
    digests.add(
        record.offset(),
        RecordDigest.of(record.key(), record.value(), record.headers()),
        record.key());
    next = record.offset() + 1;
  }

  /** Returns the lowest offset that the next record may have. */
  long next() {
    return next;
  }

  /** Returns the number of the records. */
  int records() {
    return digests.records();
  }

  /** Returns when the first of the records was read; the end of time without records. */
  Instant since() {
    return since;
  }

  /** Returns the digest of the last checkpoint. */
  Optional<String> previous() {
    return previous;
  }

  /** Returns the checkpoint of the records, and begins the next range. */
  Checkpoint end(long until, CheckpointSigner signer, Instant now) {
    Checkpoint checkpoint =
        signer.sign(partition.topic(), partition.partition(), from, until, digests, previous, now);
    from = until;
    previous = Optional.of(SignedText.digest(checkpoint));
    digests = new RangeDigests(until);
    next = until;
    since = Instant.MAX;
    return checkpoint;
  }
}
