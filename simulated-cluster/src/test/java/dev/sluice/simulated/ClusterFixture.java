package dev.sluice.simulated;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.simulated.runner.PodRunnerOptions;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cluster for a test: a new simulated one, or the real one that the system property {@code
 * sluice.kubeconfig} names. The property may name several, separated by commas: one for each of the
 * JVMs that run tests at a time.
 *
 * <p>Closing it removes its namespaces and clients and, on a real cluster, runs everything given to
 * {@link #cleanUp}.
 */
public final class ClusterFixture implements AutoCloseable {
  private static final Pattern MINOR = Pattern.compile("\\d+");

  private final @Nullable SimulatedCluster simulated;
  private final String kubeconfig;
  private final KubernetesClient client;
  private final Deque<AutoCloseable> cleanups = new ConcurrentLinkedDeque<>();
  private final int minor;
  private final boolean readsJson;

  private ClusterFixture(@Nullable SimulatedCluster simulated, String kubeconfig) {
    this.simulated = simulated;
    this.kubeconfig = kubeconfig;
    this.client = newClient();
    Matcher matcher = MINOR.matcher(client.getKubernetesVersion().getMinor());
    this.minor = matcher.find() ? Integer.parseInt(matcher.group()) : 0;
    this.readsJson = probeJson();
  }

  /** Opens the cluster of the build: the one of the system property, or a simulated one. */
  public static ClusterFixture open() {
    Optional<Path> real = realKubeconfig();
    return real.isPresent() ? real(real.get()) : simulated();
  }

  /** Opens the cluster of the build; a simulated one runs pods, as a real one with a node does. */
  public static ClusterFixture openWithPods(PodRunnerOptions options) {
    Optional<Path> real = realKubeconfig();
    return real.isPresent()
        ? real(real.get())
        : simulated(SimulatedClusterOptions.named("simulated").withPods(options));
  }

  /** Opens a new simulated cluster, regardless of the build. */
  public static ClusterFixture simulated() {
    return simulated(SimulatedClusterOptions.named("simulated"));
  }

  /** Opens a new simulated cluster with options. */
  public static ClusterFixture simulated(SimulatedClusterOptions options) {
    SimulatedCluster cluster = SimulatedCluster.start(options);
    return new ClusterFixture(cluster, cluster.kubeconfig());
  }

  /** Opens the real cluster of a kubeconfig file. */
  public static ClusterFixture real(Path kubeconfig) {
    try {
      return new ClusterFixture(null, Files.readString(kubeconfig));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the kubeconfig of the build's real cluster, or of this JVM's of several, if set. */
  public static Optional<Path> realKubeconfig() {
    return Optional.ofNullable(System.getProperty("sluice.kubeconfig"))
        .filter(paths -> !paths.isBlank() && !paths.startsWith("${"))
        .map(paths -> paths.split(",", -1))
        .map(paths -> Path.of(paths[(Integer.getInteger("sluice.fork", 1) - 1) % paths.length]));
  }

  public boolean isSimulated() {
    return simulated != null;
  }

  /** Returns whether the server is at least of release 1.{@code release}. */
  public boolean isAtLeast(int release) {
    return minor >= release;
  }

  /**
   * Returns whether the server reads JSON bodies of built-in kinds.
   *
   * <p>A 1.20 that was built with Go 1.18 or later does not: its JSON library crashes on every map,
   * and the connection ends without an answer. Server-side apply and custom resources use other
   * code and work.
   */
  public boolean readsJsonOfBuiltInKinds() {
    return readsJson;
  }

  /** Skips the test unless the server {@linkplain #readsJsonOfBuiltInKinds reads} such bodies. */
  public void assumeJsonOfBuiltInKinds() {
    assumeTrue(readsJson, "the server's JSON decoder is broken");
  }

  private boolean probeJson() {
    ConfigMap probe =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace("default")
            .withName("sluice-test-probe")
            .endMetadata()
            .build();
    try {
      client.resource(probe).dryRun().create();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getStatus() == null) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Returns the simulated cluster, for fault injection and wiping.
   *
   * @throws IllegalStateException if the cluster is a real one
   */
  public SimulatedCluster simulatedCluster() {
    if (simulated == null) {
      throw new IllegalStateException("this is a real cluster");
    }
    return simulated;
  }

  /** Returns a client that is closed with the fixture. */
  public KubernetesClient client() {
    return client;
  }

  /** Returns another client, which the caller closes. */
  public KubernetesClient newClient() {
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(kubeconfig))
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Returns a kubeconfig whose current context is this cluster. */
  public String kubeconfig() {
    return kubeconfig;
  }

  /** Writes the kubeconfig to a file in that directory. */
  public Path writeKubeconfig(Path directory) {
    try {
      return Files.writeString(directory.resolve("kubeconfig"), kubeconfig);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Creates a namespace for a test. */
  public String namespace() {
    String name = "sluice-test-" + UUID.randomUUID().toString().substring(0, 8);
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .fieldManager("sluice-test-fixture")
        .serverSideApply();
    cleanUp(() -> client.namespaces().withName(name).delete());
    return name;
  }

  /**
   * Lets an aggregated API serve a version of a group whose server never answers; it replaces a
   * version that the cluster itself serves. Waits until requests fail.
   */
  public void stopAnswering(String group, String version) {
    String name = version + "." + group;
    cleanUp(() -> apiServices().withName(name).delete());
    if (apiServices().withName(name).get() == null) {
      client.resource(apiService(group, version, "nobody", 443)).serverSideApply();
    } else {
      apiServices()
          .withName(name)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              """
              {"metadata": {"labels": {"kube-aggregator.kubernetes.io/automanaged": null}},
               "spec": {"insecureSkipTLSVerify": true,
                        "service": {"name": "nobody", "namespace": "default", "port": 443}}}
              """);
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              try {
                client.raw("/apis/%s/%s".formatted(group, version), "GET", null);
                return false;
              } catch (KubernetesClientException e) {
                return e.getCode() == 503;
              }
            });
  }

  /**
   * Lets the HTTPS server at a port of the loopback address serve a version of an aggregated API.
   * Waits until the cluster's API server forwards requests to it.
   */
  public void aggregate(String group, String version, int port) {
    cleanUp(() -> apiServices().withName(version + "." + group).delete());
    client
        .resource(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: %s, namespace: default}
            spec: {type: ExternalName, externalName: 127.0.0.1}
            """
                .formatted(service(group)))
        .serverSideApply();
    cleanUp(() -> client.services().inNamespace("default").withName(service(group)).delete());
    client.resource(apiService(group, version, service(group), port)).serverSideApply();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              try {
                return client.getApiResources(group + "/" + version) != null;
              } catch (KubernetesClientException e) {
                return false;
              }
            });
  }

  private static String service(String group) {
    return group.replace('.', '-');
  }

  /** Deletes what {@link #stopAnswering} made: the cluster serves its own version again, if any. */
  public void answerAgain(String group, String version) {
    apiServices().withName(version + "." + group).delete();
  }

  private NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      apiServices() {
    return client.genericKubernetesResources("apiregistration.k8s.io/v1", "APIService");
  }

  private static String apiService(String group, String version, String service, int port) {
    return """
    apiVersion: apiregistration.k8s.io/v1
    kind: APIService
    metadata: {name: %2$s.%1$s}
    spec:
      group: %1$s
      version: %2$s
      groupPriorityMinimum: 100
      versionPriority: 100
      insecureSkipTLSVerify: true
      service: {name: %3$s, namespace: default, port: %4$d}
    """
        .formatted(group, version, service, port);
  }

  /** Registers an action that runs when the fixture is closed. */
  public void cleanUp(AutoCloseable cleanup) {
    cleanups.push(cleanup);
  }

  @Override
  public void close() {
    while (!cleanups.isEmpty()) {
      try {
        cleanups.pop().close();
      } catch (KubernetesClientException e) {
        // already removed
        if (e.getCode() != 404) {
          throw e;
        }
      } catch (Exception e) {
        throw new IllegalStateException("a cleanup failed", e);
      }
    }
    client.close();
    if (simulated != null) {
      simulated.close();
    }
  }
}
