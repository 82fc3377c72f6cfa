package dev.sluice.contract.event;

import java.time.Instant;
import java.util.Optional;

/**
 * A signed statement that a range of a partition had certain records. Topic {@code checkpoints}.
 * The checkpoints of a partition form a chain: each covers what follows the one before.
 *
 * @param topic the topic that it is about
 * @param partition the partition of the topic
 * @param from the first offset of the range
 * @param until the first offset after the range
 * @param records the number of records in the range; offsets of markers and of aborted transactions
 *     have none
 * @param digests 25 or more bytes for each record, in Base64: the distance of its offset from the
 *     last one ({@code from} - 1 for the first) as a variable-length integer (7 bits a byte, lowest
 *     first, the highest bit says that more follow), the first 16 bytes of its digest, and the
 *     first 8 bytes of the SHA-256 of its key
 * @param previous the SHA-256 of the partition's checkpoint before, in Base64 for URLs; absent for
 *     the first one
 * @param at the time at which the range was read
 * @param signer the name of the signing key
 * @param signature the Ed25519 signature (RFC 8032) in Base64, of these lines, each ended by a line
 *     feed: {@code sluice-checkpoint-1}, topic, partition, from, until, records, digests, previous
 *     or {@code -}, at, signer
 */
public record Checkpoint(
    String topic,
    int partition,
    long from,
    long until,
    int records,
    String digests,
    Optional<String> previous,
    Instant at,
    String signer,
    String signature)
    implements Event {

  @Override
  public String key() {
    return topic + "/" + partition;
  }
}
