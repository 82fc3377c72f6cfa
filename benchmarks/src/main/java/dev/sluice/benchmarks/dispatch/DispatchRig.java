package dev.sluice.benchmarks.dispatch;

import dev.sluice.benchmarks.ManyApplications;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.Dispatcher;
import dev.sluice.dispatcher.DispatcherConfig;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.RemovalGuard;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.MirrorLimits;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * A repository of many applications, a fleet that sends each to all clusters, and a broker, for
 * dispatchers without workers. A push is announced by a record in {@code changes}, as a receiver
 * writes it.
 */
final class DispatchRig implements AutoCloseable {

  static final Duration LIMIT = Duration.ofMinutes(20);

  private final Lifetime parts = new Lifetime();
  private final Path directory;
  private final int applications;
  private final ManyApplications repository;
  private final KafkaConnection kafka;
  private final List<ClusterName> clusters;
  private final Announcer announcer;

  private DispatchRig(Path directory, int applications, int clusters, int bytes)
      throws IOException {
    this.directory = directory;
    this.applications = applications;
    this.repository =
        parts.add(ManyApplications.create(directory.resolve("apps.git"), applications, bytes));
    EmbeddedBroker broker = parts.add(OneProcess.broker(directory, 0));
    // as to a broker of its own: in one process, a group learns of a member that left late
    this.kafka = new KafkaConnection(broker.bootstrapServers(), Topics.DEFAULT, Map.of());
    this.announcer = parts.add(new Announcer(kafka));
    this.clusters =
        IntStream.range(0, clusters).mapToObj(i -> new ClusterName("cluster-" + i)).toList();
  }

  /**
   * Creates everything but a dispatcher.
   *
   * @param bytes of a further file of each application, which does not compress; 0 for none
   */
  static DispatchRig create(Path directory, int applications, int clusters, int bytes)
      throws IOException {
    DispatchRig rig =
        new DispatchRig(Files.createDirectories(directory), applications, clusters, bytes);
    rig.createFleet();
    return rig;
  }

  private void createFleet() throws IOException {
    StringBuilder fleet =
        new StringBuilder(
            """
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: apps}
            spec: {url: "%s"}
            """
                .formatted(repository.url()));
    for (ClusterName cluster : clusters) {
      fleet.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Cluster
          metadata: {name: %s}
          """
              .formatted(cluster));
    }
    for (int i = 0; i < applications; i++) {
      fleet.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: app-%d}
          spec:
            source: {repository: apps, path: %s}
            clusters: {selector: {matchLabels: {}}}
            namespace: apps
          """
              .formatted(i, ManyApplications.path(i)));
    }
    Files.writeString(
        Files.createDirectories(directory.resolve("fleet")).resolve("fleet.yaml"), fleet);
  }

  /**
   * Starts a dispatcher. Only one of several has the partition of {@code changes}.
   *
   * @param mirrors name of the directory of its mirrors
   */
  Dispatcher start(String mirrors) {
    return Dispatcher.start(
        new DispatcherConfig(
            FleetConfig.of(directory.resolve("fleet")),
            directory.resolve(mirrors),
            MirrorLimits.DEFAULT,
            /* partitions= */ 1,
            Replication.AUTOMATIC,
            RetryTiming.DEFAULT,
            RemovalGuard.DEFAULT,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        kafka,
        Clock.systemUTC());
  }

  /** Waits until a dispatcher works, or would if it had the partition. */
  static void awaitReady(Dispatcher dispatcher) throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!dispatcher.unreadyReasons().isEmpty()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(String.join("; ", dispatcher.unreadyReasons()));
      }
      Thread.sleep(20);
    }
  }

  ManyApplications repository() {
    return repository;
  }

  KafkaConnection kafka() {
    return kafka;
  }

  /** Returns a watch of the targets that are sent from now on to all clusters. */
  TargetWatch watch() {
    return new TargetWatch(kafka, clusters);
  }

  /** Returns the number of targets of all applications in all clusters. */
  int targets() {
    return applications * clusters.size();
  }

  /** Writes the record that announces a commit of the branch. */
  void announce(CommitId commit) throws InterruptedException, ExecutionException {
    announcer.announce(RepositoryId.fromUrl(repository.url()), commit);
  }

  @Override
  public void close() {
    parts.close();
  }
}
