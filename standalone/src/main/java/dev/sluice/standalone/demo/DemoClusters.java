package dev.sluice.standalone.demo;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import dev.sluice.simulated.runner.PodRunnerOptions;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.process.ClusterAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The demo's clusters: real where a kubeconfig context is given, simulated otherwise. */
final class DemoClusters implements AutoCloseable {

  private final Lifetime parts = new Lifetime();
  private final Map<ClusterName, KubernetesClient> clients = new LinkedHashMap<>();
  private final Map<ClusterName, String> kubeconfigs = new LinkedHashMap<>();

  private DemoClusters() {}

  /**
   * Opens the clusters.
   *
   * @param podStart time until the pods of simulated clusters are ready
   */
  static DemoClusters open(
      Path data, List<ClusterName> names, ClusterAccess access, Duration podStart)
      throws IOException {
    DemoClusters clusters = new DemoClusters();
    for (ClusterName name : names) {
      Optional<String> context = access.contextOf(name);
      if (context.isPresent()) {
        clusters.clients.put(name, clusters.parts.add(access.connect(name)));
        clusters.kubeconfigs.put(name, "--context " + context.get());
      } else {
        clusters.simulate(data, name, podStart);
      }
    }
    return clusters;
  }

  Map<ClusterName, KubernetesClient> clients() {
    return clients;
  }

  /** Returns the options with which kubectl reaches each cluster. */
  Map<ClusterName, String> kubeconfigs() {
    return kubeconfigs;
  }

  private void simulate(Path data, ClusterName name, Duration podStart) throws IOException {
    SimulatedCluster cluster =
        parts.add(
            SimulatedCluster.start(
                SimulatedClusterOptions.named(name.value())
                    .withDataDirectory(data.resolve("clusters").resolve(name.value()))
                    .withPods(PodRunnerOptions.quick().withStart(podStart))));
    Path kubeconfig = data.resolve(name + ".kubeconfig");
    Files.writeString(kubeconfig, cluster.kubeconfig());
    clients.put(name, parts.add(ClusterAccess.connectBy(cluster.kubeconfig())));
    kubeconfigs.put(name, "--kubeconfig " + kubeconfig);
  }

  @Override
  public void close() {
    parts.close();
  }
}
