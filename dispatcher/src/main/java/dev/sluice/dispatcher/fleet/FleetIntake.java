package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicWatch;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.SupervisedLoop;
import dev.sluice.platform.telemetry.Heartbeats;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Intake of the fleet: watches the fleet's documents and sends its changes to the partitions, one
 * transaction for each revision; answers approvals of removals. The instance that partition 0 is
 * assigned to is the leader. Runs on one thread.
 */
public final class FleetIntake implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final FleetFollowing following;
  private final RemovalGuard guard;
  private final KafkaConnection connection;
  private final Clock clock;
  private final SupervisedLoop loop;
  private final FleetReport report;
  private final ClusterTopics clusters;
  private volatile boolean leading;

  public FleetIntake(
      FleetFollowing following,
      RemovalGuard guard,
      Replication replication,
      KafkaConnection connection,
      Clock clock) {
    this.following = following;
    this.guard = guard;
    this.connection = connection;
    this.clock = clock;
    this.report = new FleetReport(following.location(), following.repository());
    this.clusters = new ClusterTopics(connection, replication, clock);
    this.loop = new SupervisedLoop("fleet-intake", clock, this::session);
    loop.start();
  }

  /** Makes this instance the leader, or ends its leadership; returns at once. */
  public void setLeader(boolean leader) {
    leading = leader;
    loop.nudge();
  }

  /** Has a listener called with the clusters of the fleet, now and whenever they may change. */
  public void followClusters(Consumer<Set<ClusterName>> listener) {
    clusters.follow(listener);
  }

  /** Returns why the fleet's changes cannot be read or sent; empty if they can. */
  public Optional<String> unreadyReason() {
    return loop.unreadyReason().or(report::unreadable);
  }

  /** Returns why the loop makes no progress; empty if it does. */
  public Optional<String> loopProblem() {
    return loop.unreadyReason();
  }

  /** Returns what is wrong with the fleet that this instance reads; empty if it reads none. */
  public List<Heartbeats.Finding> findings() {
    return report.findings();
  }

  /** Returns the fleet that this instance reads; empty if it reads none. */
  public Optional<Heartbeat.Fleet> fleet() {
    return report.fleet();
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
      report.clear();
      supervised.turned();
      supervised.pause(INTERVAL);
    }
  }

  private void runAsLeader(SupervisedLoop supervised) throws InterruptedException {
    Topics topics = connection.topics();
    List<String> read =
        List.of(topics.changes(), topics.state(), topics.results(), topics.deadLetters());
    clusters.forget();
    report.begin();
    try (TopicWatch watch = TopicWatch.begin(connection, read, clock);
        IntakeSession session =
            new IntakeSession(following, guard, connection, clock, report, clusters)) {
      while (supervised.isOpen() && leading) {
        session.turn();
        clusters.check();
        watch.check();
        supervised.turned(watch.silence());
        supervised.pause(INTERVAL);
      }
    }
  }
}
