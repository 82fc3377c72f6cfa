package dev.sluice.dispatcher;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.archive.Archiver;
import dev.sluice.dispatcher.archive.TargetArchive;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.dependency.DependencyRelay;
import dev.sluice.dispatcher.fleet.FleetFollowing;
import dev.sluice.dispatcher.fleet.FleetIntake;
import dev.sluice.dispatcher.partition.ChangesConsumer;
import dev.sluice.dispatcher.partition.PartitionContext;
import dev.sluice.dispatcher.recorded.RecordedTargets;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.remote.FetchedRemotes;
import dev.sluice.inputs.remote.RemoteArtifacts;
import dev.sluice.platform.health.HealthServer;
import dev.sluice.platform.health.Readiness;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.platform.telemetry.Heartbeats;
import dev.sluice.platform.telemetry.Telemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * Dispatcher of changes to targets: runs a loop for each partition of {@code changes} that the
 * consumer group assigns to this instance, and the fleet intake where partition 0 is assigned.
 */
public final class Dispatcher implements AutoCloseable {

  /**
   * Time without a turn after which a loop counts as stuck; longer than any wait of Kafka's
   * clients.
   */
  private static final Duration STUCK = Duration.ofMinutes(2);

  /**
   * Inputs may have a twelfth of the heap: as text, as JSON, and in the producer's buffer they are
   * in memory three times.
   */
  private static final int PAYLOADS = 12;

  private final Clock clock;
  private final ScheduledExecutorService timers;
  private final Mirrors mirrors;
  private final FetchedRemotes remotes;
  private final RecordedTargets recorded;
  private final FleetIntake intake;
  private final DependencyRelay relay;
  private final ChangesConsumer consumer;
  private final Optional<TargetArchive> archive;
  private final Optional<Archiver> archiver;
  private final Optional<HealthServer> health;
  private final Heartbeats.Reporting reporting;

  private Dispatcher(
      DispatcherConfig config,
      KafkaConnection connection,
      Clock clock,
      DispatchListener listener,
      Telemetry telemetry) {
    this.clock = clock;
    this.timers =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("dispatcher-timers").factory());
    this.archive = config.archive().map(settings -> settings.open(connection.topics(), clock));
    this.mirrors =
        Mirrors.owning(
            config.mirrors(),
            config.mirrorLimits(),
            new RemoteArtifacts(config.mirrors(), clock),
            clock);
    this.remotes = FetchedRemotes.within(config.mirrors(), mirrors, clock);
    LargePayloads payloads = LargePayloads.inHeap(PAYLOADS);
    this.recorded = new RecordedTargets(connection, archive, payloads);
    this.intake =
        new FleetIntake(
            new FleetFollowing(config.fleet(), mirrors, config.timing()),
            config.guard(),
            config.replication(),
            connection,
            clock);
    this.relay = new DependencyRelay(connection, clock);
    this.consumer =
        new ChangesConsumer(
            new PartitionContext(
                connection,
                config.partitions(),
                config.replication(),
                mirrors,
                remotes,
                recorded,
                payloads,
                config.timing(),
                clock,
                timers,
                new DispatcherMetrics(telemetry.metrics(), listener, config.fleet().followed()),
                telemetry.tracing()),
            config.instance(),
            partitions -> {
              intake.setLeader(partitions.contains(0));
              relay.setLeader(partitions.contains(0));
            });
    this.archiver =
        archive.map(
            store ->
                new Archiver(store, connection, config.instance(), clock, telemetry.metrics()));
    this.health =
        config
            .healthPort()
            .map(
                port ->
                    HealthServer.start(
                        port,
                        this::liveness,
                        () -> Readiness.unless(unreadyReasons()),
                        telemetry.metrics()));
    DispatcherMetrics.registerGauges(telemetry.metrics(), this);
    this.reporting =
        telemetry
            .heartbeats()
            .report(Heartbeats.Part.of(Heartbeat.Part.DISPATCHER), this::reported);
  }

  /**
   * Creates the missing topics and starts the dispatcher.
   *
   * @throws IllegalStateException if the topics contradict the configuration, or Kafka is
   *     unavailable
   */
  public static Dispatcher start(DispatcherConfig config, KafkaConnection connection, Clock clock) {
    return start(config, connection, clock, DispatchListener.NONE, Telemetry.untraced());
  }

  /**
   * Creates the missing topics and starts the dispatcher with a listener.
   *
   * @param telemetry of the process
   */
  public static Dispatcher start(
      DispatcherConfig config,
      KafkaConnection connection,
      Clock clock,
      DispatchListener listener,
      Telemetry telemetry) {
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics(), config.replication())
          .provision(config.partitions());
    }
    Dispatcher dispatcher = new Dispatcher(config, connection, clock, listener, telemetry);
    dispatcher.consumer.start();
    dispatcher.archiver.ifPresent(Archiver::start);
    return dispatcher;
  }

  /** Returns the reasons why this is not ready; empty if it is. */
  public List<String> unreadyReasons() {
    List<String> reasons = new ArrayList<>(consumer.unreadyReasons());
    intake.unreadyReason().ifPresent(reasons::add);
    relay.unreadyReason().ifPresent(reasons::add);
    return reasons;
  }

  /**
   * Has a listener called with the clusters of the fleet, now and whenever another fleet comes into
   * force; while this instance reads the fleet. It must not block.
   */
  public void followClusters(Consumer<Set<ClusterName>> listener) {
    intake.followClusters(listener);
  }

  /** Returns the state for the dispatcher's heartbeats. */
  private Heartbeats.Status reported() {
    return Heartbeats.Status.running(
            Stream.of(
                    consumer.unreadyReasons().stream(),
                    intake.loopProblem().stream(),
                    relay.unreadyReason().stream())
                .flatMap(reasons -> reasons)
                .toList())
        .with(intake.findings())
        .reading(intake.fleet())
        .with(archiver.map(Archiver::findings).orElse(List.of()));
  }

  /** Returns what is wrong with the fleet; empty if another instance reads it. */
  List<Heartbeats.Finding> fleetFindings() {
    return intake.findings();
  }

  /** Returns the fleet that this instance reads; empty if another one does. */
  Optional<Heartbeat.Fleet> fleet() {
    return intake.fleet();
  }

  public boolean isReady() {
    return unreadyReasons().isEmpty();
  }

  /** Returns whether no loop is stuck. */
  public boolean isAlive() {
    Instant now = clock.instant();
    return Stream.of(consumer.lastTurn(), intake.lastTurn(), relay.lastTurn())
        .allMatch(turn -> Duration.between(turn, now).compareTo(STUCK) < 0);
  }

  private Readiness liveness() {
    return Readiness.unless(isAlive() ? List.of() : List.of("a loop is stuck"));
  }

  /** Returns the unfinished events of each assigned partition. */
  Map<Integer, Long> lag() {
    return consumer.lag();
  }

  /** Returns the port of health and metrics, if they are served. */
  public OptionalInt healthPort() {
    return health.map(server -> OptionalInt.of(server.port())).orElse(OptionalInt.empty());
  }

  /**
   * Ends the running transactions and releases the partitions; the next owner resumes the
   * unfinished work from {@code state}.
   */
  @Override
  public void close() {
    health.ifPresent(HealthServer::close);
    reporting.close();
    consumer.close();
    intake.close();
    relay.close();
    archiver.ifPresent(Archiver::close);
    archive.ifPresent(TargetArchive::close);
    timers.shutdownNow();
    recorded.close();
    remotes.close();
    mirrors.close();
  }
}
