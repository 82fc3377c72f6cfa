package dev.sluice.standalone.process;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.worker.ClusterWorker;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of clusters that join the fleet while this process runs. A cluster that leaves keeps
 * its worker, which carries out what its departure means for its applications.
 */
final class ClusterWorkers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClusterWorkers.class);

  private final Function<ClusterName, KubernetesClient> connect;
  private final BiFunction<ClusterName, KubernetesClient, ClusterWorker> start;
  private final Set<ClusterName> running;
  private final Lifetime parts = new Lifetime();
  private boolean closed;

  /**
   * Creates the workers; none is started yet.
   *
   * @param running the clusters that have a worker already
   */
  ClusterWorkers(
      Collection<ClusterName> running,
      Function<ClusterName, KubernetesClient> connect,
      BiFunction<ClusterName, KubernetesClient, ClusterWorker> start) {
    this.running = new HashSet<>(running);
    this.connect = connect;
    this.start = start;
  }

  /** Starts a worker for each cluster of a fleet that has none, in the background. */
  void follow(Set<ClusterName> fleet) {
    Thread.ofVirtual().name("joining-clusters").start(() -> join(fleet));
  }

  private synchronized void join(Set<ClusterName> fleet) {
    for (ClusterName cluster : new TreeSet<>(fleet)) {
      if (!closed && !running.contains(cluster)) {
        join(cluster);
      }
    }
  }

  private void join(ClusterName cluster) {
    try {
      start(cluster, connect.apply(cluster));
      running.add(cluster);
      log.atInfo().log("the cluster {} has joined the fleet: its worker is started", cluster);
    } catch (RuntimeException e) {
      log.atWarn()
          .log(
              "the cluster {} has joined the fleet, and no worker is started for it: {}; it is"
                  + " tried again when the fleet changes",
              cluster,
              e.getMessage());
    }
  }

  private void start(ClusterName cluster, KubernetesClient client) {
    ClusterWorker worker;
    try {
      worker = start.apply(cluster, client);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
    parts.add(client);
    parts.add(worker);
  }

  @Override
  public synchronized void close() {
    closed = true;
    parts.close();
  }
}
