package dev.sluice.benchmarks.program;

import dev.sluice.benchmarks.Webhook;
import dev.sluice.benchmarks.live.SampleApplications;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.process.FreePort;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import dev.sluice.simulated.runner.PodRunnerOptions;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.process.ClusterAccess;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/**
 * A repository of applications with four objects each, a fleet, and a cluster, for programs that
 * run in processes of their own.
 */
final class ProgramRig implements AutoCloseable {

  static final Setting<Path> LAUNCHER = Setting.path("launcher", "the program").or("./sluice");
  static final Setting<Optional<Path>> KUBECONFIG =
      Setting.path("kubeconfig", "kubeconfig of a real cluster (default: a simulated one)")
          .optional();

  private static final ClusterName CLUSTER = new ClusterName("benchmark");
  private static final String SECRET = "benchmark-secret";
  private static final String REPOSITORY = "benchmark/apps";

  private final Lifetime parts = new Lifetime();
  private final Path launcher;
  private final Path directory;
  private final Path kubeconfig;
  private final KubernetesClient client;
  private final int webhookPort = FreePort.find();
  private final String namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);

  private ProgramRig(Path launcher, Path directory, Optional<Path> real) throws IOException {
    this.launcher = launcher;
    this.directory = Files.createDirectories(directory);
    this.kubeconfig = real.orElse(directory.resolve("kubeconfig"));
    if (real.isEmpty()) {
      SimulatedCluster simulated =
          parts.add(
              SimulatedCluster.start(
                  SimulatedClusterOptions.named(CLUSTER.value())
                      .withPods(PodRunnerOptions.quick())));
      Files.writeString(kubeconfig, simulated.kubeconfig());
    }
    this.client = parts.add(ClusterAccess.connectBy(Files.readString(kubeconfig)));
    createNamespace(namespace);
    createNamespace(systemNamespace());
  }

  /**
   * Creates repository, fleet and namespaces.
   *
   * @param launcher the program
   * @param real kubeconfig of a real cluster, whose current context is used; empty for a simulated
   *     one
   */
  static ProgramRig create(Path launcher, Path directory, int applications, Optional<Path> real)
      throws IOException, GitAPIException {
    ProgramRig rig = new ProgramRig(launcher, directory, real);
    rig.createRepository(applications);
    rig.createFleet(applications);
    return rig;
  }

  private void createNamespace(String name) {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .serverSideApply();
    parts.add(() -> client.namespaces().withName(name).delete());
  }

  private String systemNamespace() {
    return namespace + "-system";
  }

  private void createRepository(int applications) throws IOException, GitAPIException {
    Path repository = directory.resolve("apps");
    Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call().close();
    try (Git git = Git.open(repository.toFile())) {
      var unused = commit(git, applications, name -> SampleApplications.manifests(name, 1));
    }
  }

  /**
   * Commits another revision of all objects of the applications; returns the previous commit and
   * the new one.
   */
  List<String> revise(int applications, String revision) throws IOException, GitAPIException {
    try (Git git = Git.open(directory.resolve("apps").toFile())) {
      String before = git.getRepository().resolve("HEAD").name();
      return List.of(
          before, commit(git, applications, name -> SampleApplications.revised(name, 1, revision)));
    }
  }

  private String commit(Git git, int applications, Function<String, List<String>> manifests)
      throws IOException, GitAPIException {
    for (int i = 0; i < applications; i++) {
      String name = SampleApplications.name(i);
      Path path = Files.createDirectories(git.getRepository().getWorkTree().toPath().resolve(name));
      Files.writeString(path.resolve("objects.yaml"), String.join("---\n", manifests.apply(name)));
    }
    git.add().addFilepattern(".").call();
    return git.commit()
        .setMessage("Applications")
        .setAuthor("benchmark", "benchmark@localhost")
        .setCommitter("benchmark", "benchmark@localhost")
        .setSign(false)
        .call()
        .name();
  }

  /** Tells the receiver of a push. */
  void announce(List<String> commits)
      throws IOException, InterruptedException, GeneralSecurityException {
    new Webhook(
            URI.create("http://127.0.0.1:%d/webhooks/github".formatted(webhookPort)),
            SECRET,
            REPOSITORY)
        .send(REPOSITORY, commits.getFirst(), commits.getLast());
  }

  KubernetesClient client() {
    return client;
  }

  /** Returns the namespace of the applications' objects. */
  String namespace() {
    return namespace;
  }

  private void createFleet(int applications) throws IOException {
    StringBuilder fleet =
        new StringBuilder(
            """
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: apps}
            spec: {url: "file://%s/apps/.git", identity: localhost/%s}
            ---
            apiVersion: sluice.dev/v1
            kind: Cluster
            metadata: {name: %s}
            """
                .formatted(directory.toAbsolutePath(), REPOSITORY, CLUSTER));
    for (int i = 0; i < applications; i++) {
      fleet.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: %1$s}
          spec: {source: {repository: apps, path: %1$s}, namespace: %2$s, clusters: {names: [%3$s]}}
          """
              .formatted(SampleApplications.name(i), namespace, CLUSTER));
    }
    Files.writeString(
        Files.createDirectories(directory.resolve("fleet")).resolve("fleet.yaml"), fleet);
    Files.writeString(directory.resolve("secret"), SECRET);
  }

  /** Starts a command of the program, with its output in a file of that name. */
  Program start(String command, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(launcher.toString(), command));
    all.addAll(arguments);
    return parts.add(Program.start(directory.resolve(command + ".log"), all));
  }

  /** Starts all parts in one process, with a broker. */
  Program up(int apiPort) throws IOException {
    List<String> arguments = new ArrayList<>(dispatcher());
    arguments.addAll(receiver());
    arguments.addAll(api(apiPort));
    arguments.addAll(clusterAccess());
    arguments.addAll(List.of("--kafka-port=0", "--data=" + directory.resolve("data")));
    return start("up", arguments);
  }

  /** Returns the arguments of a dispatcher. */
  List<String> dispatcher() {
    return List.of(
        "--fleet=" + directory.resolve("fleet"), "--mirrors=" + directory.resolve("mirrors"));
  }

  /** Returns the arguments of a receiver. */
  List<String> receiver() {
    return List.of(
        "--webhook-host=127.0.0.1",
        "--webhook-port=" + webhookPort,
        "--webhook-endpoint=name=github,forge=github,host=localhost,secret=file:"
            + directory.resolve("secret"));
  }

  /** Returns the arguments of an API server. */
  List<String> api(int port) {
    return List.of("--read-model=" + directory.resolve("read-model"), "--api-port=" + port);
  }

  /** Returns the arguments about the cluster. */
  List<String> clusterAccess() throws IOException {
    String context =
        Config.fromKubeconfig(Files.readString(kubeconfig)).getCurrentContext().getName();
    return List.of(
        "--kubeconfig=" + kubeconfig.toAbsolutePath(),
        "--context=%s=%s".formatted(CLUSTER, context),
        "--installation=" + namespace,
        "--system-namespace=" + systemNamespace());
  }

  /** Returns the name of the cluster. */
  ClusterName cluster() {
    return CLUSTER;
  }

  /** Returns the directory of this rig's files. */
  Path directory() {
    return directory;
  }

  /**
   * Waits until the Deployments of this many applications exist. The worker applies it last of an
   * application's objects.
   */
  void awaitObjects(int applications, Duration limit)
      throws InterruptedException, TimeoutException {
    Set<String> found = ConcurrentHashMap.newKeySet();
    CountDownLatch missing = new CountDownLatch(applications);
    Watcher<Deployment> watcher =
        new Watcher<>() {
          @Override
          public void eventReceived(Action action, Deployment object) {
            if (action == Action.ADDED && found.add(object.getMetadata().getName())) {
              missing.countDown();
            }
          }

          @Override
          public void onClose(WatcherException cause) {
            // the limit ends the wait
          }
        };
    ListOptions all = new ListOptionsBuilder().withResourceVersion("0").build();
    try (Watch _ = client.apps().deployments().inNamespace(namespace).watch(all, watcher)) {
      if (!missing.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new TimeoutException(
            "%d of %d Deployments exist after %s".formatted(found.size(), applications, limit));
      }
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}
