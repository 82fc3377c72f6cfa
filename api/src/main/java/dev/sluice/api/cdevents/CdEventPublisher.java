package dev.sluice.api.cdevents;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.readmodel.EventView;
import dev.sluice.api.readmodel.Page;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Records.EventFilter;
import dev.sluice.api.readmodel.Records.Span;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Headers;

/**
 * Loop that publishes the CDEvents of all events to a topic of their own. Several processes share
 * the work as members of a consumer group. The group's offsets are committed after the CDEvents are
 * written, so a process that is killed leaves no gap: the next one may write some again, with the
 * same ids.
 */
public final class CdEventPublisher implements AutoCloseable {

  private static final Duration POLL = Duration.ofSeconds(1);

  /** Longest time that the records of one poll wait for the read model. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final int PAGE = 1_000;

  private final KafkaConnection connection;
  private final ReadModel model;
  private final Clock clock;
  private final SentGenerations sent = new SentGenerations(this::dispatched);
  private final SupervisedLoop loop;

  /** Creates a publisher that is not started yet. */
  public CdEventPublisher(KafkaConnection connection, ReadModel model, Clock clock) {
    this.connection = connection;
    this.model = model;
    this.clock = clock;
    this.loop = new SupervisedLoop("cdevents", clock, this::session);
  }

  public void start() {
    loop.start();
  }

  /** Returns why no CDEvents are published at the moment; empty if they are. */
  public Optional<String> unreadyReason() {
    return loop.unreadyReason();
  }

  private void session(SupervisedLoop supervised) throws Exception {
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics(), Replication.AUTOMATIC).provisionCdEvents();
    }
    awaitReadModel(supervised);
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties());
        KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(connection.producer("cdevents"))) {
      supervised.onClose(consumer::wakeup);
      consumer.subscribe(List.of(connection.topics().changes(), connection.topics().results()));
      CommitTimes commits = new CommitTimes(clock.instant());
      while (supervised.isOpen()) {
        List<Future<?>> writes = new ArrayList<>();
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        Instant patience = clock.instant().plus(PATIENCE);
        for (ConsumerRecord<String, byte[]> record : records) {
          Optional<Envelope<?>> envelope = decoded(record);
          if (envelope.isPresent()) {
            if (needsLookup(envelope.get())) {
              awaitRead(record, patience, supervised);
            }
            CdEvents.of(envelope.get(), sent)
                .map(event -> record(record.key(), event, envelope.get()))
                .ifPresent(event -> writes.add(producer.send(event)));
          }
        }
        if (!writes.isEmpty()) {
          producer.flush();
        }
        for (Future<?> write : writes) {
          write.get();
        }
        if (commits.isDue(!records.isEmpty(), clock.instant())) {
          commit(consumer);
        }
        supervised.turned(Optional.empty());
      }
    } catch (WakeupException e) {
      // close() wakes the consumer up
    }
  }

  /** Commits what is published also if {@link #close} wakes the consumer up in the meantime. */
  private static void commit(KafkaConsumer<String, byte[]> consumer) {
    try {
      consumer.commitSync();
    } catch (WakeupException e) {
      consumer.commitSync();
      throw e;
    }
  }

  /** Waits until the read model knows the generations that this process does not read again. */
  private void awaitReadModel(SupervisedLoop supervised) throws InterruptedException {
    while (supervised.isOpen() && model.unreadyReason().isPresent()) {
      supervised.turned();
      supervised.pause(POLL);
    }
  }

  /**
   * Waits until the read model has everything that precedes a record, such as the event {@code
   * dispatched} of its generation, which another process may have read. If it does not get there in
   * time, the CDEvent lacks what the lookup does not find.
   */
  private void awaitRead(ConsumerRecord<?, ?> record, Instant patience, SupervisedLoop supervised)
      throws InterruptedException {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    while (supervised.isOpen()
        && !model.hasRead(partition, record.offset())
        && clock.instant().isBefore(patience)) {
      supervised.turned(
          Optional.of(
              "CDEvents wait until the read model has read record %d of partition %d of %s"
                  .formatted(record.offset(), record.partition(), record.topic())));
      supervised.pause(BETWEEN_LOOKS);
    }
  }

  /** Returns whether the CDEvent of an event needs a generation that is not remembered. */
  private boolean needsLookup(Envelope<?> envelope) {
    return CdEvents.TYPES.contains(envelope.event().getClass())
        && envelope.event() instanceof ResultEvent.OfTarget result
        && !sent.remembers(result.subject());
  }

  private Map<String, Object> properties() {
    Map<String, Object> properties = new HashMap<>(connection.consumer("cdevents"));
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, connection.topics().prefix() + "-cdevents");
    return properties;
  }

  /** Returns the event of a record, and remembers it; empty if it cannot be decoded. */
  private Optional<Envelope<?>> decoded(ConsumerRecord<String, byte[]> record) {
    if (!(EventCodec.decode(record) instanceof Decoded.Known known)) {
      return Optional.empty();
    }
    if (known.envelope().event() instanceof Dispatched dispatched) {
      sent.remember(dispatched);
    }
    return Optional.of(known.envelope());
  }

  /** Returns a record in the binary mode of CloudEvents, as CDEvents specifies it. */
  private ProducerRecord<String, byte[]> record(
      String key, ObjectNode event, Envelope<?> envelope) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(connection.topics().cdEvents(), key, event.toString().getBytes(UTF_8));
    Headers headers = record.headers();
    JsonNode context = event.get("context");
    add(headers, "ce_specversion", "1.0");
    add(headers, "ce_id", context.get("id").asText());
    add(headers, "ce_source", context.get("source").asText());
    add(headers, "ce_type", context.get("type").asText());
    add(headers, "ce_time", context.get("timestamp").asText());
    add(headers, "ce_subject", event.at("/subject/id").asText());
    add(headers, "content-type", "application/json");
    add(headers, "traceparent", envelope.trace().value());
    return record;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }

  private List<Dispatched> dispatched(Subject subject) {
    EventFilter filter =
        new EventFilter(
            new Scope(List.of(subject.application().value()), List.of(subject.cluster().value())),
            Optional.of(EventType.DISPATCHED.slug()),
            Optional.empty(),
            new Span(Optional.empty(), Optional.empty()));
    List<Dispatched> found = new ArrayList<>();
    Optional<String> after = Optional.of("0");
    while (after.isPresent()) {
      Page<EventView> page =
          model.records().events(filter, Scope.ALL, PAGE, Long.parseLong(after.get()));
      page.items().forEach(event -> found.add(read(event)));
      after = page.next();
    }
    return found;
  }

  private static Dispatched read(EventView event) {
    try {
      return Json.mapper().treeToValue(event.body(), Dispatched.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the read model has a damaged event " + event.id(), e);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
