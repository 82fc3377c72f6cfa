package dev.sluice.platform.kafka;

import dev.sluice.contract.proof.ChainLink;
import dev.sluice.contract.proof.RecordDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * A producer that adds a {@link ChainLink} to each record. Records of an aborted transaction are
 * not part of the chain, since readers do not see them.
 *
 * <p>It chooses the partition of a record before the record is sent, as Kafka's own partitioner
 * does: by the hash of the key.
 */
public final class ChainedProducer extends KafkaProducer<String, byte[]> {

  private final boolean transactional;

  /** Ends of the chains by partition. */
  private final Map<TopicPartition, End> ends = new ConcurrentHashMap<>();

  /** The ends of the chains before the current transaction. */
  private final Map<TopicPartition, End> before = new HashMap<>();

  /**
   * Failed records by partition that no link has named yet. With a lock of its own: the thread that
   * reports failures also frees the memory that a sending thread may wait for.
   */
  private final Map<TopicPartition, List<Long>> failed = new ConcurrentHashMap<>();

  /**
   * The end of a chain.
   *
   * @param chain the id of the chain
   * @param next the number of the next record
   * @param last the digest of the last record; absent if there is none
   */
  private record End(String chain, long next, Optional<String> last) {

    /** Returns the end of a new chain. */
    static End start() {
      return new End(
          HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()), 0, Optional.empty());
    }
  }

  /** Creates a producer with the properties of {@link KafkaConnection}. */
  public ChainedProducer(Map<String, Object> properties) {
    super(properties);
    this.transactional = properties.containsKey(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
    return send(record, null);
  }

  /**
   * Sends a record with a link. Outside of transactions an error is in the future only, as with any
   * producer; in a transaction the error that the partitions are not known is thrown.
   */
  @Override
  public Future<RecordMetadata> send(
      ProducerRecord<String, byte[]> record, @Nullable Callback callback) {
    TopicPartition partition;
    try {
      // may wait for metadata, and so not with the lock that senders to other topics need
      partition = partition(record);
    } catch (ApiException e) {
      return notSent(record, callback, e);
    }
    return send(record, partition, callback);
  }

  private synchronized Future<RecordMetadata> send(
      ProducerRecord<String, byte[]> record,
      TopicPartition partition,
      @Nullable Callback callback) {
    List<Long> unnamed = Optional.ofNullable(failed.remove(partition)).orElse(List.of());
    if (unnamed.size() > ChainLink.MAX_FAILED) {
      ends.put(partition, End.start()); // a new chain, since the old one has too many gaps
      unnamed = List.of();
    }
    End end = ends.computeIfAbsent(partition, _ -> End.start());
    ChainLink link = new ChainLink(end.chain(), end.next(), end.last(), unnamed);
    ProducerRecord<String, byte[]> linked = linked(record, partition, link);
    before.putIfAbsent(partition, end);
    ends.put(
        partition,
        new End(
            end.chain(),
            end.next() + 1,
            Optional.of(
                RecordDigest.of(linked.key(), linked.value(), linked.headers()).toString())));
    try {
      return super.send(
          linked,
          (metadata, failure) -> {
            if (failure != null) {
              failed(partition, link);
            }
            if (callback != null) {
              callback.onCompletion(metadata, failure);
            }
          });
    } catch (RuntimeException e) {
      failed(partition, link);
      throw e;
    }
  }

  private TopicPartition partition(ProducerRecord<String, byte[]> record) {
    if (record.partition() != null) {
      return new TopicPartition(record.topic(), record.partition());
    }
    int partitions = partitionsFor(record.topic()).size();
    int hash = Utils.toPositive(Utils.murmur2(Utils.utf8(record.key())));
    return new TopicPartition(record.topic(), hash % partitions);
  }

  private Future<RecordMetadata> notSent(
      ProducerRecord<String, byte[]> record, @Nullable Callback callback, ApiException failure) {
    if (transactional) {
      // the transaction does not know of it, and its commit would succeed without the record
      throw failure;
    }
    if (callback != null) {
      TopicPartition unknown = new TopicPartition(record.topic(), RecordMetadata.UNKNOWN_PARTITION);
      callback.onCompletion(
          new RecordMetadata(unknown, -1, -1, RecordMetadata.UNKNOWN_PARTITION, -1, -1), failure);
    }
    return CompletableFuture.failedFuture(failure);
  }

  private static ProducerRecord<String, byte[]> linked(
      ProducerRecord<String, byte[]> record, TopicPartition partition, ChainLink link) {
    // a copy: the same record may be sent again in another transaction
    Headers headers = new RecordHeaders(record.headers());
    link.addTo(headers);
    return new ProducerRecord<>(
        record.topic(),
        partition.partition(),
        record.timestamp(),
        record.key(),
        record.value(),
        headers);
  }

  private void failed(TopicPartition partition, ChainLink link) {
    boolean isCurrent =
        Optional.ofNullable(ends.get(partition))
            .filter(end -> end.chain().equals(link.chain()))
            .isPresent();
    if (transactional || !isCurrent) {
      return; // the transaction is aborted, or the chain has ended
    }
    failed.merge(
        partition,
        Stream.concat(link.failed().stream(), Stream.of(link.sequence())).toList(),
        (some, others) -> Stream.concat(some.stream(), others.stream()).toList());
  }

  @Override
  public void beginTransaction() {
    super.beginTransaction();
    synchronized (this) {
      before.clear();
    }
  }

  @Override
  public void abortTransaction() {
    super.abortTransaction();
    synchronized (this) {
      ends.putAll(before);
      before.clear();
    }
  }
}
