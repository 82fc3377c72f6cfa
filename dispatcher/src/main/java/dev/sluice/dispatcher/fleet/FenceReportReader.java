package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.ChangeEvent.LedgerAhead;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
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
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reader of the workers' reports for two things: targets that a cluster skipped because its ledger
 * is ahead, and unreadable records, which no other component reports. The application's partition
 * decides whether a skipped target was a late record of a fenced writer, or whether the partition
 * has lost its count.
 */
final class FenceReportReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MOST_POLLS = 100;

  /** Kafka forgets the offsets of a group that has no members and commits none for a week. */
  private static final Duration BETWEEN_COMMITS = Duration.ofHours(1);

  /** Finding, in the order of each partition. */
  sealed interface Found {

    record Fence(LedgerAhead ahead) implements Found {}

    record Poison(OriginalRecord original, TraceParent trace, String reason) implements Found {}
  }

  private final KafkaConsumer<String, byte[]> consumer;
  private boolean moved;
  private long committedAt = System.nanoTime();

  private FenceReportReader(KafkaConsumer<String, byte[]> consumer) {
    this.consumer = consumer;
  }

  /** Opens the reader at the committed offsets. */
  static FenceReportReader open(KafkaConnection connection) {
    Map<String, Object> properties = new HashMap<>(connection.consumer("fences"));
    properties.put(
        ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix() + "-dispatcher-fences");
    UngroupedConsumer consumer = new UngroupedConsumer(properties);
    try {
      List<TopicPartition> partitions = new ArrayList<>();
      partitions.addAll(TopicPartitions.of(consumer, connection.topics().results()));
      partitions.addAll(TopicPartitions.of(consumer, connection.topics().deadLetters()));
      Map<TopicPartition, OffsetAndMetadata> read = consumer.committed(new HashSet<>(partitions));
      consumer.assign(
          partitions,
          partition -> Optional.ofNullable(read.get(partition)).map(OffsetAndMetadata::offset));
      return new FenceReportReader(consumer);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Reads the available records; {@link #done} commits them.
   *
   * @param fleet is called once if there are records: it copies all definitions
   * @param sent is called with each record that was sent to a cluster
   */
  List<Found> read(Supplier<IntakePlan.Known> fleet, Consumer<ResultEvent.Dispatched> sent) {
    var records = consumer.poll(POLL);
    if (records.isEmpty()) {
      return List.of();
    }
    List<Found> found = new ArrayList<>();
    IntakePlan.Known known = fleet.get();
    // not to the ends: records that arrive faster than they are read wait for the next call
    for (int polls = 0; !records.isEmpty(); polls++) {
      moved = true;
      for (ConsumerRecord<String, byte[]> record : records) {
        judged(record, known, sent).ifPresent(found::add);
      }
      records = polls + 1 < MOST_POLLS ? consumer.poll(POLL) : ConsumerRecords.empty();
    }
    return found;
  }

  void done() {
    if (!moved && System.nanoTime() - committedAt < BETWEEN_COMMITS.toNanos()) {
      return;
    }
    consumer.commitSync();
    moved = false;
    committedAt = System.nanoTime();
  }

  /**
   * Judges a record; a failure makes it an unreadable one and never blocks the records behind it.
   */
  private static Optional<Found> judged(
      ConsumerRecord<String, byte[]> record,
      IntakePlan.Known fleet,
      Consumer<ResultEvent.Dispatched> sent) {
    try {
      return judge(record, fleet, sent);
    } catch (RuntimeException e) {
      return Optional.of(poison(record, String.valueOf(e.getMessage())));
    }
  }

  private static Optional<Found> judge(
      ConsumerRecord<String, byte[]> record,
      IntakePlan.Known fleet,
      Consumer<ResultEvent.Dispatched> sent) {
    return switch (EventCodec.decode(record)) {
      case Decoded.Known known when known.envelope().event() instanceof ResultEvent.Fenced fenced ->
          fence(fenced, fleet).map(Found.Fence::new);
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
      // written by a newer version, which has its own readers
      case Decoded.UnknownType _ -> Optional.empty();
    };
  }

  private static boolean isReport(Event event) {
    return event instanceof ResultEvent || event instanceof DeadLetterEvent;
  }

  private static Found poison(ConsumerRecord<String, byte[]> record, String reason) {
    return new Found.Poison(
        OriginalRecord.withContent(record),
        EventCodec.trace(record).orElseGet(TraceParent::start),
        reason);
  }

  private static Optional<LedgerAhead> fence(ResultEvent.Fenced fenced, IntakePlan.Known fleet) {
    Generation ledger = fenced.ledgerGeneration();
    if (!ledger.isCredible()) {
      throw new IllegalArgumentException(
          "no ledger is at generation %s: see who wrote the ledger of %s in %s"
              .formatted(ledger, fenced.subject().application(), fenced.subject().cluster()));
    }
    Optional<RepositoryId> owner = fleet.ownerOf(fenced.subject().application());
    return owner.map(
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
