package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.ChangeEvent.LedgerAhead;
import dev.sluice.contract.event.Decoded;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.EventType;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.kafka.TopicPartitions;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * Reads from the results which targets clusters have passed over, because their ledgers are ahead.
 * The application's home knows whether that was a late record of a fenced writer, or whether it has
 * lost count.
 */
final class FenceReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final byte[] FENCED = EventType.FENCED.ceType().getBytes(UTF_8);

  private final KafkaConsumer<String, byte[]> consumer;

  private FenceReader(KafkaConsumer<String, byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Goes on behind what was read before. */
  static FenceReader open(KafkaConnection connection) {
    Map<String, Object> properties = new HashMap<>(connection.consumer("fences"));
    properties.put(
        ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix() + "-dispatcher-fences");
    KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties);
    try {
      List<TopicPartition> partitions = TopicPartitions.of(consumer, connection.topics().results());
      consumer.assign(partitions);
      Map<TopicPartition, OffsetAndMetadata> read = consumer.committed(new HashSet<>(partitions));
      for (TopicPartition partition : partitions) {
        OffsetAndMetadata offset = read.get(partition);
        if (offset == null) {
          consumer.seekToBeginning(List.of(partition));
        } else {
          consumer.seek(partition, offset.offset());
        }
      }
      return new FenceReader(consumer);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** What is there by now; {@link #done} says that it need not be read again. */
  List<LedgerAhead> read(IntakePlan.Known homes) {
    List<LedgerAhead> fences = new ArrayList<>();
    var records = consumer.poll(POLL);
    while (!records.isEmpty()) {
      for (ConsumerRecord<String, byte[]> record : records) {
        fence(record, homes).ifPresent(fences::add);
      }
      records = consumer.poll(POLL);
    }
    return fences;
  }

  void done() {
    consumer.commitSync();
  }

  private static Optional<LedgerAhead> fence(
      ConsumerRecord<String, byte[]> record, IntakePlan.Known homes) {
    Header type = record.headers().lastHeader(EventCodec.TYPE_HEADER);
    // most results are something else, and need not be parsed
    boolean isFence = type != null && Arrays.equals(type.value(), FENCED);
    if (!isFence
        || !(EventCodec.decode(record) instanceof Decoded.Known known)
        || !(known.envelope().event() instanceof ResultEvent.Fenced fenced)) {
      return Optional.empty();
    }
    Optional<RepositoryId> home = homes.of(fenced.subject().application());
    return home.map(
        repository ->
            new LedgerAhead(
                repository,
                fenced.subject().application(),
                fenced.subject().cluster(),
                fenced.subject().generation(),
                new Generation(fenced.ledgerGeneration())));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
