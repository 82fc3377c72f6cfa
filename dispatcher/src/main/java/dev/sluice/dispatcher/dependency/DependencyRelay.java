package dev.sluice.dispatcher.dependency;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent.DependencyReported;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.dispatcher.decide.DependencyKey;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicWatch;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Relay of results: tells the partitions how far the applications are that their applications
 * depend on. The instance that partition 0 is assigned to runs it. Everything is derived from the
 * topics, and the partitions record what they were told, so a session that fails is replaced by a
 * new one and nothing is lost; a report may be repeated.
 */
public final class DependencyRelay implements AutoCloseable {

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final String SOURCE = "dispatcher/dependencies";

  private final KafkaConnection connection;
  private final Clock clock;
  private final SupervisedLoop loop;
  private volatile boolean leading;

  /** Creates the relay and starts its thread, which waits until this instance leads. */
  public DependencyRelay(KafkaConnection connection, Clock clock) {
    this.connection = connection;
    this.clock = clock;
    this.loop = new SupervisedLoop("dependency-relay", clock, this::session);
    loop.start();
  }

  /** Makes this instance the leader, or ends its leadership; returns at once. */
  public void setLeader(boolean leader) {
    leading = leader;
    loop.nudge();
  }

  /** Returns why the loop makes no progress; empty if it does. */
  public Optional<String> unreadyReason() {
    return loop.unreadyReason();
  }

  /** Returns when the loop last turned. */
  public Instant lastTurn() {
    return loop.lastTurn();
  }

  @Override
  public void close() {
    leading = false;
    loop.close();
  }

  private void session(SupervisedLoop supervised) throws InterruptedException {
    while (supervised.isOpen()) {
      if (leading) {
        runAsLeader(supervised);
      }
      supervised.turned();
      supervised.pause(POLL);
    }
  }

  private void runAsLeader(SupervisedLoop supervised) {
    List<String> read =
        List.of(
            connection.topics().changes(),
            connection.topics().state(),
            connection.topics().results());
    ChainedProducer producer =
        new ChainedProducer(connection.transactionalProducer("dependency-relay"));
    try (TopicWatch watch = TopicWatch.begin(connection, read, clock)) {
      producer.initTransactions(); // fences the previous leader
      try (RelayInput input = new RelayInput(connection, clock)) {
        supervised.onClose(input::wakeup);
        Turn turn = new Turn(input, producer);
        turn.begin();
        while (supervised.isOpen() && leading) {
          turn.next();
          watch.check();
          supervised.turned(watch.silence());
        }
      } finally {
        supervised.onClose(() -> {});
      }
    } finally {
      producer.close(CLOSE);
    }
  }

  /** One session as the leader. */
  private final class Turn {

    private final RelayInput input;
    private final ChainedProducer producer;
    private final Standings standings = new Standings();

    Turn(RelayInput input, ChainedProducer producer) {
      this.input = input;
      this.producer = producer;
    }

    void begin() {
      input.readStates(
          record -> {
            replay(record);
            // only at first: later ones may be older than the reports that were sent since
            told(record).ifPresent(standings::replay);
          });
      watch(standings.watched());
    }

    /** Sends the reports about what was read up to the present, and waits for further records. */
    void next() {
      Set<TopicPartition> current = input.caughtUp();
      List<DependencyReported> reports = new ArrayList<>();
      if (!current.isEmpty()) {
        standings.watched().stream()
            .filter(key -> current.contains(input.partition(key)))
            .forEach(key -> reports.addAll(standings.reports(key)));
      }
      sendWithRepeats(reports);
      List<DependencyReported> changes = new ArrayList<>();
      try {
        for (ConsumerRecord<String, byte[]> record : input.poll(POLL)) {
          Set<DependencyKey> concerned = replay(record);
          watch(concerned);
          // after each record: an application may have begun to wait between two changes of a
          // standing, and each change is reported
          concerned.stream()
              .filter(input::isCurrent)
              .forEach(key -> changes.addAll(standings.reports(key)));
        }
      } catch (WakeupException e) {
        return; // the loop is closing
      }
      sendWithRepeats(changes);
    }

    private void sendWithRepeats(List<DependencyReported> reports) {
      reports.addAll(standings.repeats(input::isCurrent));
      send(reports);
    }

    private static Optional<DependencyState> told(ConsumerRecord<String, byte[]> record) {
      return EventCodec.decode(record) instanceof Decoded.Known known
              && known.envelope().event() instanceof DependencyState state
          ? Optional.of(state)
          : Optional.empty();
    }

    private void watch(Set<DependencyKey> keys) {
      keys.stream().filter(key -> !standings.isWatched(key)).forEach(input::unwatch);
      Map<DependencyKey, Optional<Instant>> watched =
          keys.stream()
              .filter(standings::isWatched)
              .collect(Collectors.toMap(key -> key, standings::sentAt));
      if (!watched.isEmpty()) {
        input.watch(watched);
      }
    }

    private Set<DependencyKey> replay(ConsumerRecord<String, byte[]> record) {
      // damaged records are reported by their readers
      if (!(EventCodec.decode(record) instanceof Decoded.Known known)) {
        return Set.of();
      }
      Envelope<?> envelope = known.envelope();
      return switch (envelope.event()) {
        case ApplicationState state -> standings.replay(state);
        case ResultEvent result ->
            standings.replay(result, envelope.time()).map(Set::of).orElse(Set.of());
        default -> Set.of();
      };
    }

    private void send(List<DependencyReported> reports) {
      if (reports.isEmpty()) {
        return;
      }
      Instant now = clock.instant();
      producer.beginTransaction();
      for (DependencyReported report : reports) {
        EventId id =
            EventId.of(
                "dependency",
                report.cluster(),
                report.application(),
                report.repository(),
                EventStamp.next(now));
        var unused =
            producer.send(
                EventCodec.encode(
                    connection.topics().changes(),
                    new Envelope<>(id, SOURCE, now, TraceParent.start(), report)));
      }
      producer.commitTransaction();
    }
  }
}
