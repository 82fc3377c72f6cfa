package dev.sluice.benchmarks;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.standalone.process.OneProcess;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Sluice in one process over one cluster, in a namespace of its own. */
record Installation(Site site, OneProcess process, Webhook webhook) {

  static final ClusterName CLUSTER = new ClusterName("benchmark");

  /** The repository that webhooks name, as {@code owner/name} on the host localhost. */
  static final String REPOSITORY = "benchmark/apps";

  private static final String SECRET = "benchmark-secret";

  /** A cluster and a namespace in it, for a process that is yet to start. */
  record Site(Lifetime parts, KubernetesClient cluster, String namespace, Path directory) {

    /**
     * @param kubeconfig of a real cluster; empty for a simulated one
     */
    static Site prepare(Path directory, Optional<Path> kubeconfig) throws Exception {
      Lifetime parts = new Lifetime();
      KubernetesClient cluster = parts.add(connect(parts, kubeconfig));
      String namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);
      cluster
          .namespaces()
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .serverSideApply();
      parts.add(() -> cluster.namespaces().withName(namespace).delete());
      Site site = new Site(parts, cluster, namespace, directory);
      parts.add(() -> cluster.namespaces().withName(site.systemNamespace()).delete());
      return site;
    }

    /** Where the worker keeps its ledgers and its Lease; it makes it. */
    String systemNamespace() {
      return namespace + "-system";
    }

    private static KubernetesClient connect(Lifetime parts, Optional<Path> kubeconfig)
        throws Exception {
      if (kubeconfig.isPresent()) {
        return ClusterAccess.connectBy(Files.readString(kubeconfig.get()));
      }
      SimulatedCluster simulated =
          parts.add(SimulatedCluster.start(SimulatedClusterOptions.named(CLUSTER.value())));
      return ClusterAccess.connectBy(simulated.kubeconfig());
    }
  }

  /**
   * Starts broker and process.
   *
   * @param fleet its only file
   * @param settings besides those that every benchmark has
   */
  static Installation start(
      Site site, String fleet, Map<String, String> settings, OneProcess.Listeners listeners)
      throws Exception {
    Path directory = site.directory();
    Path fleetFile = directory.resolve("fleet").resolve("fleet.yaml");
    Files.createDirectories(fleetFile.getParent());
    Files.writeString(fleetFile, fleet);
    Path secret = Files.writeString(directory.resolve("secret"), SECRET);
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "fleet",
                fleetFile.getParent().toString(),
                "mirrors",
                directory.resolve("mirrors").toString(),
                "read-model",
                directory.resolve("read-model").toString(),
                "api-port",
                "0",
                "webhook-host",
                "127.0.0.1",
                "webhook-port",
                "0",
                "webhook-endpoint",
                "name=github,forge=github,host=localhost,secret=file:" + secret,
                "installation",
                site.namespace(),
                "system-namespace",
                site.systemNamespace()));
    all.putAll(settings);
    EmbeddedBroker broker = site.parts().add(OneProcess.broker(directory, 0));
    OneProcess process =
        site.parts()
            .add(
                OneProcess.start(
                    OneProcess.Plan.from(all, Map.of(CLUSTER, site.cluster())),
                    OneProcess.connection(broker),
                    listeners));
    URI url = URI.create("http://127.0.0.1:%d/webhooks/github".formatted(process.webhookPort()));
    return new Installation(site, process, new Webhook(url, SECRET, REPOSITORY));
  }

  /** The definitions of the repository and the cluster. */
  static String fleet(String repositoryUrl) {
    return """
    apiVersion: sluice.dev/v1
    kind: Repository
    metadata: {name: apps}
    spec: {url: "%s", identity: localhost/%s}
    ---
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: %s}
    """
        .formatted(repositoryUrl, REPOSITORY, CLUSTER);
  }

  /** The definition of an application in the directory of its name. */
  static String application(String name, String repository, String namespace) {
    return """
    ---
    apiVersion: sluice.dev/v1
    kind: Application
    metadata: {name: %s}
    spec:
      source: {repository: %s, path: %s}
      clusters: {names: [%s]}
      namespace: %s
    """
        .formatted(name, repository, name, CLUSTER, namespace);
  }
}
