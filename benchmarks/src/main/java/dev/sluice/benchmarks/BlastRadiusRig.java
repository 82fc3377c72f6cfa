package dev.sluice.benchmarks;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.standalone.process.OneProcess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A fleet of healthy applications and two others: {@link #FAULTY}, into which faults are pushed,
 * and {@link #GIVER}, with an object that can move to it.
 */
final class BlastRadiusRig implements AutoCloseable {

  static final String FAULTY = "faulty";
  static final String GIVER = "giver";
  static final String MOVING = "moving";

  /** Repository of an application that can never be fetched. */
  static final String UNREACHABLE = "benchmark/unreachable";

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Installation installation;
  private final BenchmarkRepository repository;
  private final ObjectWatch watch;
  private final int healthy;
  private int commits;

  private BlastRadiusRig(
      Installation installation, BenchmarkRepository repository, ObjectWatch watch, int healthy) {
    this.installation = installation;
    this.repository = repository;
    this.watch = watch;
    this.healthy = healthy;
  }

  /** Starts all parts and waits until all applications are applied. */
  static BlastRadiusRig start(Path directory, int healthy, Optional<Path> kubeconfig)
      throws Exception {
    Installation.Context context = Installation.Context.prepare(directory, kubeconfig);
    BenchmarkRepository repository =
        context.parts().add(BenchmarkRepository.create(directory, healthy, context.namespace()));
    repository.replace(
        Map.of(
            FAULTY, harmless(context.namespace(), "initial"), GIVER, given(context.namespace())));
    ObjectWatch watch =
        context.parts().add(new ObjectWatch(context.cluster(), context.namespace()));
    Installation installation =
        Installation.start(
            context,
            fleet(directory, repository.url(), healthy, context.namespace()),
            // refs must be polled while a fault is present
            Map.of("sweep-interval", "1s", "poll-interval", "1h"),
            OneProcess.Listeners.NONE);
    BlastRadiusRig rig = new BlastRadiusRig(installation, repository, watch, healthy);
    for (int i = 0; i < healthy; i++) {
      watch.await(BenchmarkRepository.application(i), "initial");
    }
    watch.await(FAULTY, "initial");
    return rig;
  }

  KubernetesClient cluster() {
    return installation.context().cluster();
  }

  String namespace() {
    return installation.context().namespace();
  }

  String systemNamespace() {
    return installation.context().systemNamespace();
  }

  Path directory() {
    return installation.context().directory();
  }

  KafkaConnection kafka() {
    return installation.process().kafka();
  }

  int apiPort() {
    return installation.process().apiPort();
  }

  Webhook webhook() {
    return installation.webhook();
  }

  /** Pushes a harmless change of the faulty application. */
  void pushHarmless() throws Exception {
    push(Map.of(FAULTY, harmless(namespace(), next())));
  }

  /** Replaces directories and sends the webhook. */
  void push(Map<String, Map<String, String>> directories) throws Exception {
    ObjectId[] commit = repository.replace(directories);
    webhook().send(commit[0], commit[1]);
  }

  /** Returns the files of the faulty application with one ConfigMap and no fault. */
  static Map<String, String> harmless(String namespace, String version) {
    return Map.of("configmap.yaml", configMap(FAULTY, namespace, version));
  }

  static Map<String, String> given(String namespace) {
    return Map.of("configmap.yaml", configMap(MOVING, namespace, "given"));
  }

  static String configMap(String name, String namespace, String version) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: %s, namespace: %s}
    data: {version: "%s"}
    """
        .formatted(name, namespace, version);
  }

  /**
   * Changes all healthy applications in one commit.
   *
   * @return milliseconds from the webhook until the last application is changed; empty if that took
   *     longer than two minutes
   */
  Optional<Double> commitHealthy() throws Exception {
    String version = next();
    ObjectId[] commit = repository.change(0, healthy, version);
    long start = System.nanoTime();
    webhook().send(commit[0], commit[1]);
    long last = start;
    try {
      for (int i = 0; i < healthy; i++) {
        last = Math.max(last, watch.await(BenchmarkRepository.application(i), version, LIMIT));
      }
    } catch (TimeoutException e) {
      return Optional.empty();
    }
    return Optional.of((last - start) / 1e6);
  }

  /**
   * Removes the fault from the faulty application.
   *
   * @return whether the application was applied within two minutes
   */
  boolean recover() throws Exception {
    String version = next();
    Map<String, Map<String, String>> directories = new HashMap<>();
    directories.put(FAULTY, harmless(namespace(), version));
    directories.put(GIVER, given(namespace()));
    push(directories);
    try {
      watch.await(FAULTY, version, LIMIT);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private String next() {
    commits++;
    return "v" + commits;
  }

  private static String fleet(Path directory, String url, int healthy, String namespace) {
    StringBuilder fleet = new StringBuilder(Installation.fleet(url));
    for (int i = 0; i < healthy; i++) {
      fleet.append(Installation.application(BenchmarkRepository.application(i), "apps", namespace));
    }
    fleet.append(Installation.application(FAULTY, "apps", namespace));
    fleet.append("  policy: {pruneLimitPercent: 100}\n"); // recovery deletes the objects of a fault
    fleet.append(Installation.application(GIVER, "apps", namespace));
    fleet.append(
        """
        ---
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: unreachable}
        spec: {url: "file://%s", identity: localhost/%s}
        """
            .formatted(directory.resolve("unreachable.git"), UNREACHABLE));
    fleet.append(Installation.application("unreachable", "unreachable", namespace));
    return fleet.toString();
  }

  @Override
  public void close() {
    installation.context().parts().close();
  }
}
