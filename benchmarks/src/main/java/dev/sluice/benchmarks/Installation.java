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

/** Sluice in one process with one cluster, in a namespace of its own. */
record Installation(Context context, OneProcess process, Webhook webhook) {

  static final ClusterName CLUSTER = new ClusterName("benchmark");

  /** Repository in webhooks, as {@code owner/name} on the host localhost. */
  static final String REPOSITORY = "benchmark/apps";

  private static final String SECRET = "benchmark-secret";

  /** Cluster, namespace and directory of an installation. */
  record Context(Lifetime parts, KubernetesClient cluster, String namespace, Path directory) {

    /** Connects to the cluster of a kubeconfig, or starts a simulated one, with a new namespace. */
    static Context prepare(Path directory, Optional<Path> kubeconfig) throws Exception {
      Lifetime parts = new Lifetime();
      KubernetesClient cluster = parts.add(connect(parts, kubeconfig));
      String namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);
      cluster
          .namespaces()
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .serverSideApply();
      parts.add(() -> cluster.namespaces().withName(namespace).delete());
      Context context = new Context(parts, cluster, namespace, directory);
      parts.add(() -> cluster.namespaces().withName(context.systemNamespace()).delete());
      return context;
    }

    /** Returns the namespace of ledgers and Lease, which the worker creates. */
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
   * Starts the broker and the process.
   *
   * @param fleet content of the fleet's only file
   * @param settings settings in addition to those of every benchmark
   */
  static Installation start(
      Context context, String fleet, Map<String, String> settings, OneProcess.Listeners listeners)
      throws Exception {
    Path directory = context.directory();
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
                context.namespace(),
                "system-namespace",
                context.systemNamespace()));
    all.putAll(settings);
    EmbeddedBroker broker = context.parts().add(OneProcess.broker(directory, 0));
    OneProcess process =
        context
            .parts()
            .add(
                OneProcess.start(
                    OneProcess.Plan.from(all, Map.of(CLUSTER, context.cluster())),
                    OneProcess.connection(broker),
                    listeners));
    URI url = URI.create("http://127.0.0.1:%d/webhooks/github".formatted(process.webhookPort()));
    return new Installation(context, process, new Webhook(url, SECRET, REPOSITORY));
  }

  /** Returns the definitions of the repository and the cluster. */
  static String fleet(String repositoryUrl) {
    return repository("apps", repositoryUrl, REPOSITORY) + clusterDocument();
  }

  /**
   * Returns the definition of a repository.
   *
   * @param fullName by which webhooks name it
   */
  static String repository(String name, String url, String fullName) {
    return """
    ---
    apiVersion: sluice.dev/v1
    kind: Repository
    metadata: {name: %s}
    spec: {url: "%s", identity: localhost/%s}
    """
        .formatted(name, url, fullName);
  }

  /** Returns the definition of the cluster. */
  static String clusterDocument() {
    return """
    ---
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: %s}
    """
        .formatted(CLUSTER);
  }

  /** Returns the definition of an application in the directory of its name. */
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
