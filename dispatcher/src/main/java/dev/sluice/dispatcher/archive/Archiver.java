package dev.sluice.dispatcher.archive;

import dev.sluice.contract.failure.PartFailure;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.OutsideFailures;
import dev.sluice.platform.process.SupervisedLoop;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.platform.telemetry.Metrics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives the targets of all clusters' topics, on a thread of its own. The dispatchers of an
 * installation share the topics in a consumer group, which commits an offset when the archive has
 * all targets before it. So each target is archived at least once, and archiving one again changes
 * nothing.
 *
 * <p>No failure of the archive concerns the rest of the dispatcher: whatever fails is tried again
 * without limit.
 */
public final class Archiver implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Archiver.class);

  /** A time without a turn, longer than any write, after which the archive counts as stuck. */
  private static final Duration STUCK = Duration.ofMinutes(10);

  private final KafkaConnection connection;
  private final Map<String, Object> settings;
  private final Clock clock;
  private final RecordArchiver records;
  private final Retries retries;
  private final FailureLog bugs = new FailureLog(log, "archive");
  private final SupervisedLoop loop;

  /**
   * Creates an archiver that is not started yet.
   *
   * @param instance a name that stays the same after a restart, for static membership in the group
   */
  public Archiver(
      TargetArchive archive,
      KafkaConnection connection,
      Optional<String> instance,
      Clock clock,
      Metrics metrics) {
    this(archive, connection, settings(instance), clock, metrics);
  }

  /**
   * Creates an archiver that is not started yet.
   *
   * @param settings further properties of the consumer
   */
  Archiver(
      TargetArchive archive,
      KafkaConnection connection,
      Map<String, Object> settings,
      Clock clock,
      Metrics metrics) {
    this.connection = connection;
    this.settings = Map.copyOf(settings);
    this.clock = clock;
    this.records = new RecordArchiver(archive, metrics);
    this.retries = new Retries(clock, log);
    this.loop = new SupervisedLoop("archiver", clock, this::session);
  }

  private static Map<String, Object> settings(Optional<String> instance) {
    return instance
        .<Map<String, Object>>map(name -> Map.of(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name))
        .orElse(Map.of());
  }

  /** Starts the thread. */
  public void start() {
    loop.start();
  }

  /** Returns why targets are not archived; empty if they are. Does not block. */
  public List<Finding> findings() {
    return retries
        .reason()
        .or(loop::unreadyReason)
        .or(this::stuck)
        .map(reason -> "targets are not archived: " + reason)
        .map(message -> List.of(Finding.fault(PartFailure.TARGETS_UNARCHIVED, message)))
        .orElse(List.of());
  }

  private Optional<String> stuck() {
    Instant last = loop.lastTurn();
    return Duration.between(last, clock.instant()).compareTo(STUCK) < 0
        ? Optional.empty()
        : Optional.of("the archive has not answered since " + last);
  }

  private void session(SupervisedLoop supervised) {
    try (ArchiveConsumer consumer =
        new ArchiveConsumer(connection, settings, clock, retries::keepOnly)) {
      supervised.onClose(consumer::wakeup);
      new ArchiverSession(consumer, records, retries, clock).run(supervised);
    } catch (RuntimeException e) {
      if (OutsideFailures.isOutside(e)) {
        throw e;
      }
      // a loop that fails by a bug for too long ends the process, and so the dispatcher
      bugs.failed("the archiver", e);
      throw new ArchiveException.Unavailable("the archiver has failed: " + e, e);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
