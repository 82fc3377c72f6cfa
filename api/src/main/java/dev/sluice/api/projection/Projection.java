package dev.sluice.api.projection;

import dev.sluice.api.store.Database;
import dev.sluice.api.store.DatabaseException;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Projects records into the database, in the order of each partition. A batch and its end position
 * are written in one transaction, so every record counts exactly once.
 */
public final class Projection {

  private static final Logger log = LoggerFactory.getLogger(Projection.class);

  private final Sql sql;
  private final Topics topics;
  private final EventProjection events;
  private final ChangeProjection changes;
  private final ResultProjection results;
  private final DeadLetterProjection deadLetters;
  private final StateProjection states;
  private final LedgerProjection ledgers;
  private final Gaps gaps;
  private long sequence;

  public Projection(Sql sql, Topics topics) {
    this.sql = sql;
    this.topics = topics;
    this.changes = new ChangeProjection(sql);
    this.results = new ResultProjection(sql);
    this.deadLetters = new DeadLetterProjection(sql);
    this.ledgers = new LedgerProjection(sql);
    this.states = new StateProjection(sql, ledgers);
    this.gaps = new Gaps(sql);
    this.events = new EventProjection(sql, topics);
    this.sequence = events.last();
  }

  /** Returns the next position of a partition, or empty if nothing was read of it. */
  public Optional<Long> position(TopicPartition partition) {
    return Database.position(sql, partition);
  }

  /**
   * Notes which records were deleted before they could be read, and resumes after them. From now on
   * each partition has a position.
   *
   * @param beginnings the first offset of each partition
   */
  public void note(Map<TopicPartition, Long> beginnings, Instant now) {
    sql.transaction(
        () ->
            beginnings.forEach(
                (partition, first) -> {
                  long next = position(partition).orElse(0L);
                  if (first == 0) {
                    gaps.nothingDeleted(partition);
                  }
                  if (first > next) {
                    if (!partition.topic().equals(topics.state())) {
                      gaps.note(partition, next, first, now);
                    }
                  }
                  store(partition, Math.max(first, next));
                }));
  }

  /**
   * Inserts the dead letters that only ledgers know, now that the topics were read to their ends.
   */
  public void caughtUp() {
    sql.transaction(ledgers::caughtUp);
  }

  /**
   * Projects what workers report of their ledgers. A record that cannot be projected is skipped.
   *
   * @throws DatabaseException if the file cannot be written
   */
  public void projectLedgers(List<LedgerRecord> records) {
    try {
      sql.transaction(() -> records.forEach(ledgers::project));
    } catch (RuntimeException e) {
      requireAboutRecord(e);
      if (records.size() > 1) {
        records.forEach(record -> projectLedgers(List.of(record)));
        return;
      }
      log.atError()
          .setCause(e)
          .addKeyValue("key", records.getFirst().key())
          .log("a report of a ledger cannot be projected into the read model and is skipped");
    }
  }

  /**
   * Stores where reading resumes after records that carry no event, such as the ends of
   * transactions.
   */
  public void advance(Map<TopicPartition, Long> next) {
    sql.transaction(() -> next.forEach(this::store));
  }

  /**
   * Projects a batch. A record that cannot be projected is stored as a damaged event.
   *
   * @return the decoded events of the batch
   * @throws RuntimeException that is an {@link OutsideCause} if a record has a type that this
   *     version does not know; nothing after it in its partition is projected
   * @throws DatabaseException if the file cannot be written
   */
  public List<Envelope<?>> project(Iterable<ConsumerRecord<String, byte[]>> records) {
    try {
      return inTransaction(records, this::project);
    } catch (RuntimeException | StackOverflowError e) {
      requireAboutRecord(e);
    }
    List<Envelope<?>> received = new ArrayList<>();
    Map<TopicPartition, UnknownEventException> stopped = new HashMap<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      if (!stopped.containsKey(partition)) {
        try {
          received.addAll(projectAlone(record));
        } catch (UnknownEventException e) {
          stopped.put(partition, e);
        }
      }
    }
    for (UnknownEventException each : stopped.values()) {
      throw each;
    }
    return received;
  }

  private List<Envelope<?>> projectAlone(ConsumerRecord<String, byte[]> record) {
    List<ConsumerRecord<String, byte[]>> one = List.of(record);
    try {
      return inTransaction(one, this::project);
    } catch (UnknownEventException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      requireAboutRecord(e);
      log.atError()
          .setCause(e)
          .addKeyValue("topic", record.topic())
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .log("a record cannot be projected into the read model and is skipped");
      return inTransaction(
          one,
          refused -> {
            damaged(refused, "cannot be projected: " + e);
            return Optional.empty();
          });
    }
  }

  private static void requireAboutRecord(Throwable failure) {
    if (failure instanceof DatabaseException database && !database.isAboutValues()) {
      throw database;
    }
  }

  private List<Envelope<?>> inTransaction(
      Iterable<ConsumerRecord<String, byte[]>> records,
      Function<ConsumerRecord<String, byte[]>, Optional<Envelope<?>>> taking) {
    List<Envelope<?>> received = new ArrayList<>();
    try {
      sql.transaction(
          () -> {
            Map<TopicPartition, Long> next = new HashMap<>();
            for (ConsumerRecord<String, byte[]> record : records) {
              taking.apply(record).ifPresent(received::add);
              next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            }
            results.flush();
            next.forEach(this::store);
          });
    } catch (RuntimeException | Error e) {
      sequence = events.last();
      gaps.forget();
      results.forget();
      throw e;
    }
    return received;
  }

  private void damaged(ConsumerRecord<String, byte[]> record, String reason) {
    gaps.ended(record, Instant.ofEpochMilli(record.timestamp()));
    events.damaged(record, ++sequence, reason);
  }

  private void store(TopicPartition partition, long next) {
    sql.update(
        "INSERT OR REPLACE INTO position VALUES (?, ?, ?)",
        partition.topic(),
        partition.partition(),
        next);
  }

  private Optional<Envelope<?>> project(ConsumerRecord<String, byte[]> record) {
    return switch (EventCodec.decode(record)) {
      case Decoded.Known(Envelope<?> envelope) -> {
        gaps.ended(record, envelope.time());
        project(envelope, record);
        yield Optional.of(envelope);
      }
      case Decoded.UnknownType(String type) -> throw new UnknownEventException(record, type);
      case Decoded.Damaged(String reason) -> {
        damaged(record, reason);
        yield Optional.empty();
      }
    };
  }

  private void project(Envelope<?> envelope, ConsumerRecord<String, byte[]> record) {
    if (envelope.event() instanceof StateRecord state) {
      states.project(state, new ReceivedEvent(envelope, 0));
      return;
    }
    ReceivedEvent received = new ReceivedEvent(envelope, ++sequence);
    events.add(record, received);
    switch (envelope.event()) {
      case ChangeEvent change -> changes.project(change, received);
      case ResultEvent result -> results.project(result, received);
      case DeadLetterEvent letter -> deadLetters.project(letter, received);
      case StateRecord _,
          SyncEvent _,
          SourcesEvent _,
          SuspensionEvent _,
          QuestionEvent _,
          Heartbeat _,
          Heartbeat.LedgerReport _,
          Checkpoint _,
          AccessDenied _ -> {}
    }
  }

  /**
   * Thrown when a newer version of Sluice has written a type of event that this version does not
   * know.
   */
  private static final class UnknownEventException extends RuntimeException
      implements SupervisedLoop.OutsideCause {

    private static final long serialVersionUID = 1L;

    UnknownEventException(ConsumerRecord<?, ?> record, String type) {
      super(
          "record %d of partition %d of %s is a %s, which this version does not know: upgrade this process"
              .formatted(record.offset(), record.partition(), record.topic(), type));
    }
  }
}
