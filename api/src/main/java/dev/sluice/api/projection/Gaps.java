package dev.sluice.api.projection;

import dev.sluice.api.store.Sql;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Parts of the topics that Kafka deleted before the read model had read them. */
final class Gaps {

  private final Sql sql;

  /** Partitions with a gap after which no record was read; null if they must be looked up. */
  private @Nullable Set<TopicPartition> open;

  Gaps(Sql sql) {
    this.sql = sql;
  }

  /**
   * Records a gap.
   *
   * @param next the offset of the record that was to be read next
   * @param first the offset of the first record that the partition still has
   */
  void note(TopicPartition partition, long next, long first, Instant now) {
    sql.update(
        "INSERT OR REPLACE INTO gap VALUES (?, ?, ?, ?, NULL, ?)",
        partition.topic(),
        partition.partition(),
        next,
        first,
        now);
    open = null;
  }

  /**
   * Deletes the gap that a migration has assumed where a partition has its first record still. The
   * first offsets of such a partition have records of aborted transactions, which nobody reads.
   */
  void nothingDeleted(TopicPartition partition) {
    sql.update(
        "DELETE FROM gap WHERE topic = ? AND partition = ? AND noted_at = 0",
        partition.topic(),
        partition.partition());
  }

  /** Records the time of the first record after a gap. */
  void ended(ConsumerRecord<?, ?> record, Instant time) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    if (open == null) {
      open =
          new HashSet<>(
              sql.list(
                  "SELECT topic, partition FROM gap WHERE at IS NULL",
                  row -> new TopicPartition(row.text("topic"), (int) row.number("partition"))));
    }
    if (open.remove(partition)) {
      sql.update(
          "UPDATE gap SET at = ? WHERE topic = ? AND partition = ? AND at IS NULL",
          time,
          partition.topic(),
          partition.partition());
    }
  }

  /** Forgets what was rolled back. */
  void forget() {
    open = null;
  }
}
