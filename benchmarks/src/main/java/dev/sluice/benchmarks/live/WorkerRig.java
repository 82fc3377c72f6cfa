package dev.sluice.benchmarks.live;

import dev.sluice.benchmarks.measure.Child;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import dev.sluice.simulated.runner.PodRunnerOptions;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.standalone.process.OneProcess;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * A broker, a cluster, and one worker in a process of its own, so that its memory and its processor
 * time can be measured. The benchmark writes the targets that a dispatcher would send.
 */
final class WorkerRig implements AutoCloseable {

  static final ClusterName CLUSTER = new ClusterName("benchmark");

  private final Lifetime parts = new Lifetime();
  private final Path directory;
  private final Optional<SimulatedCluster> simulated;
  private final Path kubeconfig;
  private final KubernetesClient client;
  private final String namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);
  private final KafkaConnection kafka;
  private final HealthyApplications healthy;

  private WorkerRig(Path directory, Optional<Path> real) throws IOException {
    this.directory = directory;
    this.simulated =
        real.isPresent()
            ? Optional.empty()
            : Optional.of(
                parts.add(
                    SimulatedCluster.start(
                        SimulatedClusterOptions.named(CLUSTER.value())
                            .withPods(PodRunnerOptions.quick()))));
    this.kubeconfig = real.orElse(directory.resolve("kubeconfig"));
    if (simulated.isPresent()) {
      Files.writeString(kubeconfig, simulated.get().kubeconfig());
    }
    this.client = parts.add(ClusterAccess.connectBy(Files.readString(kubeconfig)));
    createNamespace(namespace);
    createNamespace(systemNamespace());
    EmbeddedBroker broker = parts.add(OneProcess.broker(directory, 0));
    this.kafka = OneProcess.connection(broker);
    try (Admin admin = Admin.create(kafka.admin())) {
      TopicProvisioner topics = new TopicProvisioner(admin, kafka.topics());
      topics.provision(1);
      topics.provision(CLUSTER);
    }
    this.healthy = parts.add(new HealthyApplications(kafka));
  }

  /**
   * Starts a broker, and a simulated cluster with pods if there is no real one.
   *
   * @param real kubeconfig of a real cluster, whose current context is used
   */
  static WorkerRig start(Path directory, Optional<Path> real) throws IOException {
    return new WorkerRig(directory, real);
  }

  private void createNamespace(String name) {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .serverSideApply();
    if (simulated.isEmpty()) {
      parts.add(() -> client.namespaces().withName(name).delete());
    }
  }

  KubernetesClient client() {
    return client;
  }

  Optional<SimulatedCluster> simulated() {
    return simulated;
  }

  String namespace() {
    return namespace;
  }

  private String systemNamespace() {
    return namespace + "-system";
  }

  /** Returns the applications that the worker reported as healthy. */
  HealthyApplications healthy() {
    return healthy;
  }

  /** Writes the targets of this many applications, whose Deployments have so many replicas. */
  void send(int applications, int replicas) {
    send(applications, name -> SampleApplications.manifests(name, replicas));
  }

  /**
   * Writes the targets of this many applications.
   *
   * @param manifests of an application, by its name
   */
  void send(int applications, Function<String, List<String>> manifests) {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(kafka.producer("benchmark"))) {
      for (int i = 0; i < applications; i++) {
        SyncEvent event =
            SampleApplications.target(
                i, CLUSTER, namespace, manifests.apply(SampleApplications.name(i)));
        var unused =
            producer.send(
                EventCodec.encode(
                    kafka.topics().sync(CLUSTER),
                    0,
                    new Envelope<>(
                        event.id(), "benchmark", Instant.now(), TraceParent.start(), event)));
      }
    }
  }

  /**
   * Starts the worker by the launcher in the current directory, as its users do.
   *
   * @param javaOptions for the worker's JVM, in addition to those of the launcher
   * @param more arguments for the worker
   */
  Child worker(String javaOptions, String... more) throws IOException {
    String context =
        Config.fromKubeconfig(Files.readString(kubeconfig)).getCurrentContext().getName();
    List<String> command =
        new ArrayList<>(
            List.of(
                "./sluice",
                "worker",
                "--cluster=" + CLUSTER,
                "--kafka=" + kafka.bootstrapServers(),
                "--kubeconfig=" + kubeconfig.toAbsolutePath(),
                "--context=%s=%s".formatted(CLUSTER, context),
                "--installation=" + namespace,
                "--system-namespace=" + systemNamespace()));
    command.addAll(List.of(more));
    return parts.add(
        Child.start(
            directory.resolve("worker.log"), command, Map.of("SLUICE_JAVA_OPTS", javaOptions)));
  }

  /** Waits until a worker leads. */
  void awaitLeader() throws TimeoutException {
    healthy.awaitHello(Duration.ofMinutes(1));
  }

  @Override
  public void close() {
    parts.close();
  }
}
