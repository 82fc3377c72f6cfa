package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent.LedgerAhead;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Decoded;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventCodec;
import dev.sluice.contract.event.EventType;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads what workers told: which targets clusters have passed over, because their ledgers are ahead
 * (the application's home knows whether that was a late record of a fenced writer, or whether it
 * has lost count), and what nobody can read, of which no one else would say so.
 */
final class FenceReportReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MOST_POLLS = 100;

  /** What was found, in the order of each partition. */
  sealed interface Found {

    record Fence(LedgerAhead ahead) implements Found {}

    record Poison(OriginalRecord original, TraceParent trace, String reason) implements Found {}
  }

  private final KafkaConsumer<String, byte[]> consumer;

  private FenceReportReader(KafkaConsumer<String, byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Goes on behind what was read before. */
  static FenceReportReader open(KafkaConnection connection) {
    Map<String, Object> properties = new HashMap<>(connection.consumer("fences"));
    properties.put(
        ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix() + "-dispatcher-fences");
    KafkaConsumer<String, byte[]> consumer = new UngroupedConsumer(properties);
    try {
      List<TopicPartition> partitions = new ArrayList<>();
      partitions.addAll(TopicPartitions.of(consumer, connection.topics().results()));
      partitions.addAll(TopicPartitions.of(consumer, connection.topics().deadLetters()));
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
      return new FenceReportReader(consumer);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * What is there by now; {@link #done} says that it need not be read again.
   *
   * @param sent is told of each record that was sent to a cluster
   */
  List<Found> read(IntakePlan.Known homes, Consumer<ResultEvent.Dispatched> sent) {
    List<Found> found = new ArrayList<>();
    var records = consumer.poll(POLL);
    // what comes faster than it is read is left for the next time
    for (int polls = 0; !records.isEmpty(); polls++) {
      for (ConsumerRecord<String, byte[]> record : records) {
        judged(record, homes, sent).ifPresent(found::add);
      }
      records = polls + 1 < MOST_POLLS ? consumer.poll(POLL) : ConsumerRecords.empty();
    }
    return found;
  }

  void done() {
    consumer.commitSync();
  }

  /** Whatever is in a record, it keeps nobody from those behind it. */
  private static Optional<Found> judged(
      ConsumerRecord<String, byte[]> record,
      IntakePlan.Known homes,
      Consumer<ResultEvent.Dispatched> sent) {
    try {
      return judge(record, homes, sent);
    } catch (RuntimeException e) {
      return Optional.of(poison(record, String.valueOf(e.getMessage())));
    }
  }

  private static Optional<Found> judge(
      ConsumerRecord<String, byte[]> record,
      IntakePlan.Known homes,
      Consumer<ResultEvent.Dispatched> sent) {
    return switch (EventCodec.decode(record)) {
      case Decoded.Known known when known.envelope().event() instanceof ResultEvent.Fenced fenced ->
          fence(fenced, homes).map(Found.Fence::new);
      case Decoded.Known known
          when known.envelope().event() instanceof ResultEvent.Dispatched dispatched -> {
        sent.accept(dispatched);
        yield Optional.empty();
      }
      case Decoded.Known known when isReport(known.envelope().event()) -> Optional.empty();
      case Decoded.Known known ->
          Optional.of(
              poison(
                  record,
                  "a %s does not belong here"
                      .formatted(EventType.of(known.envelope().event()).slug())));
      case Decoded.Damaged damaged -> Optional.of(poison(record, damaged.reason()));
      // a newer version's, which has readers of its own
      case Decoded.UnknownType _ -> Optional.empty();
    };
  }

  private static boolean isReport(Event event) {
    return event instanceof ResultEvent || event instanceof DeadLetterEvent;
  }

  private static Found poison(ConsumerRecord<String, byte[]> record, String reason) {
    return new Found.Poison(
        OriginalRecord.intact(record),
        EventCodec.trace(record).orElseGet(TraceParent::start),
        reason);
  }

  private static Optional<LedgerAhead> fence(ResultEvent.Fenced fenced, IntakePlan.Known homes) {
    Generation ledger = new Generation(fenced.ledgerGeneration());
    if (!ledger.isCredible()) {
      throw new IllegalArgumentException(
          "no ledger is at generation %s: see who wrote the ledger of %s in %s"
              .formatted(ledger, fenced.subject().application(), fenced.subject().cluster()));
    }
    Optional<RepositoryId> home = homes.of(fenced.subject().application());
    return home.map(
        repository ->
            new LedgerAhead(
                repository,
                fenced.subject().application(),
                fenced.subject().cluster(),
                fenced.subject().generation(),
                ledger));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
