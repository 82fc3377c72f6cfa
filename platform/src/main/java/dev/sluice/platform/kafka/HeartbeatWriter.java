package dev.sluice.platform.kafka;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.Condition;
import dev.sluice.contract.event.Heartbeat.State;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.KafkaFailures;
import dev.sluice.platform.process.SupervisedLoop;
import dev.sluice.platform.telemetry.Heartbeats;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writer of the heartbeats of a process. A thread reads the parts' status each second and writes
 * those that are due, and those whose state or conditions have changed; and the reports about
 * applications that were handed over since.
 */
public final class HeartbeatWriter implements Heartbeats, AutoCloseable {

  private static final String WRITING = "writing the heartbeats of this process";

  private static final Logger log = LoggerFactory.getLogger(HeartbeatWriter.class);
  private static final Duration TURN = Duration.ofSeconds(1);

  /** The time within which the broker must acknowledge a report. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final KafkaConnection connection;
  private final Duration interval;
  private final Clock clock;
  private final String process;
  private final List<Reported> parts = new CopyOnWriteArrayList<>();
  private final UnwrittenLedgers ledgers = new UnwrittenLedgers();
  private final FailureLog failures;
  private final SupervisedLoop loop;
  private volatile Optional<String> problem = Optional.empty();

  private HeartbeatWriter(KafkaConnection connection, Duration interval, Clock clock) {
    this.connection = connection;
    this.interval = interval;
    this.clock = clock;
    this.process =
        "%s-%s"
            .formatted(
                System.getenv().getOrDefault("HOSTNAME", "host"),
                UUID.randomUUID().toString().substring(0, 8));
    this.failures = new FailureLog(log, "heartbeats");
    this.loop = new SupervisedLoop("heartbeats", clock, this::session);
  }

  /** Starts to write the heartbeats of a process. */
  public static HeartbeatWriter start(KafkaConnection connection, Duration interval, Clock clock) {
    HeartbeatWriter writer = new HeartbeatWriter(connection, interval, clock);
    writer.loop.start();
    return writer;
  }

  @Override
  public Reporting report(Part part, Supplier<Status> status) {
    Reported reported = new Reported(part, status);
    parts.add(reported);
    loop.nudge();
    return reported;
  }

  @Override
  public void report(Heartbeat.LedgerReport ledger) {
    ledgers.add(ledger);
  }

  @Override
  public Optional<String> problem() {
    return problem.or(loop::unreadyReason);
  }

  /** Writes the last reports of stopped parts, if the broker takes them within some seconds. */
  @Override
  public void close() {
    loop.close();
  }

  private void session(SupervisedLoop supervised) throws InterruptedException {
    try (ChainedProducer producer = new ChainedProducer(properties())) {
      while (supervised.isOpen()) {
        write(producer);
        supervised.turned();
        supervised.pause(TURN.compareTo(interval) < 0 ? TURN : interval);
      }
      parts.forEach(Reported::close);
      write(producer);
      producer.close(PATIENCE);
    }
  }

  private Map<String, Object> properties() {
    Map<String, Object> properties = connection.producer("heartbeats");
    int patience = Math.toIntExact(PATIENCE.toMillis());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patience);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, patience);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, patience);
    return properties;
  }

  private void write(ChainedProducer producer) throws InterruptedException {
    Map<Reported, Future<RecordMetadata>> sent = new HashMap<>();
    for (Reported part : parts) {
      Optional<Heartbeat> due = part.due(clock.instant());
      if (due.isPresent()) {
        Future<RecordMetadata> acknowledgement =
            producer.send(EventCodec.encode(topic(), envelope(due.get())));
        sent.put(part, acknowledgement);
        if (acknowledgement.state() == Future.State.FAILED) {
          break; // the others would wait as long for the broker
        }
      }
    }
    for (Map.Entry<Reported, Future<RecordMetadata>> each : sent.entrySet()) {
      try {
        each.getValue().get();
        each.getKey().written();
        problem = Optional.empty();
        failures.succeeded(WRITING);
      } catch (ExecutionException e) {
        note(e.getCause());
      }
    }
    try {
      ledgers.write(producer, topic(), clock.instant());
    } catch (ExecutionException e) {
      note(e.getCause());
    }
  }

  private void note(Throwable failure) {
    String reason =
        "the broker %s does not take the reports of this process: %s"
            .formatted(connection.bootstrapServers(), KafkaFailures.describe(failure));
    failures.failed(WRITING, failure);
    problem = isAboutTopic(failure) ? Optional.empty() : Optional.of(reason);
  }

  /**
   * Returns whether only the topic of the reports cannot be written: an earlier version's
   * dispatcher has not created it, or a permission is missing. The part itself works.
   */
  private static boolean isAboutTopic(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownTopicOrPartitionException
          || cause instanceof TopicAuthorizationException) {
        return true;
      }
    }
    return false;
  }

  private String topic() {
    return connection.topics().heartbeats();
  }

  private Envelope<Heartbeat> envelope(Heartbeat heartbeat) {
    Instant now = clock.instant();
    return new Envelope<>(
        EventId.of("heartbeat", heartbeat.key(), now.toEpochMilli()),
        heartbeat.part().name().toLowerCase(Locale.ROOT) + "/" + heartbeat.instance(),
        now,
        TraceParent.start(),
        heartbeat);
  }

  /** A part with its last report. For the writing thread, except for closing. */
  private final class Reported implements Reporting {

    private final Part part;
    private final Supplier<Status> status;
    private final Instant startedAt = clock.instant();
    private final Map<FailureCode, Instant> since = new HashMap<>();
    private Instant writtenAt = Instant.EPOCH;
    private Optional<Heartbeat> last = Optional.empty();
    private volatile boolean stopped;

    Reported(Part part, Supplier<Status> status) {
      this.part = part;
      this.status = status;
    }

    /** Returns the report to write now, if one is due or differs from the last. */
    Optional<Heartbeat> due(Instant now) {
      Heartbeat next = report(now);
      boolean isDue = !now.isBefore(writtenAt.plus(interval));
      boolean isNews = last.isEmpty() || !outline(last.get()).equals(outline(next));
      if (!isDue && !isNews) {
        return Optional.empty();
      }
      last = Optional.of(next);
      return last;
    }

    /** Records that the broker has acknowledged the last report. */
    void written() {
      writtenAt = clock.instant();
      if (stopped) {
        parts.remove(this);
      }
    }

    private Heartbeat report(Instant now) {
      Status current = stopped ? new Status(State.STOPPED, List.of()) : status();
      List<Condition> conditions = new ArrayList<>();
      since.keySet().retainAll(current.findings().stream().map(Finding::code).toList());
      for (Finding finding : current.findings()) {
        Instant first = since.computeIfAbsent(finding.code(), _ -> now);
        conditions.add(
            new Condition(
                finding.code(),
                finding.message(),
                first,
                finding.severity(),
                Optional.of(finding.applications()).filter(some -> !some.isEmpty())));
      }
      return new Heartbeat(
          part.kind(),
          part.instance().orElse(process),
          part.cluster(),
          startedAt,
          interval,
          current.state(),
          conditions,
          current.endpoints(),
          current.fleet());
    }

    private Status status() {
      try {
        return status.get();
      } catch (RuntimeException | Error e) {
        FatalErrors.check(e);
        log.atError().setCause(e).log("the state of a {} cannot be read", part.kind());
        return new Status(
            State.RUNNING,
            List.of(
                Finding.fault(
                    PartFailure.NOT_READY, "its state cannot be read: see the log of the part")));
      }
    }

    /** Returns what makes a report worth writing at once; messages may contain counters. */
    private static List<Object> outline(Heartbeat heartbeat) {
      return List.of(
          heartbeat.state(),
          heartbeat.conditions().stream().map(Condition::code).toList(),
          heartbeat.conditions().stream().map(Condition::applications).toList(),
          heartbeat.endpoints().map(all -> all.stream().map(Reported::outline).toList()),
          heartbeat.fleet());
    }

    /** Returns the kinds of deliveries that an endpoint received last, without their number. */
    private static List<Object> outline(Heartbeat.Endpoint endpoint) {
      return List.of(
          endpoint.name(),
          endpoint.authentic().flatMap(Heartbeat.Delivery::note),
          endpoint.refused().flatMap(Heartbeat.Delivery::note));
    }

    @Override
    public void close() {
      stopped = true;
      loop.nudge();
    }
  }
}
