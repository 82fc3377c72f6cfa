package dev.sluice.benchmarks;

import dev.sluice.benchmarks.LatencyRun.Step;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.kafka.EmbeddedBroker;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.home.DispatchListener;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import dev.sluice.standalone.ClusterAccess;
import dev.sluice.standalone.OneProcess;
import dev.sluice.standalone.cli.Lifetime;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.ObjectId;

/** Sluice in one process over a repository of N applications and one cluster, wired for timing. */
final class LatencyRig implements AutoCloseable {

  private static final ClusterName CLUSTER = new ClusterName("benchmark");
  private static final String SECRET = "benchmark-secret";
  private static final String REPOSITORY = "benchmark/apps";

  private final Lifetime parts;
  private final BenchmarkRepository repository;
  private final ObjectWatch watch;
  private final Floor floor;
  private final Webhook webhook;
  private final Clocks clocks;
  private final int applications;
  private int pushed;

  private LatencyRig(
      Lifetime parts,
      BenchmarkRepository repository,
      ObjectWatch watch,
      Floor floor,
      Webhook webhook,
      Clocks clocks,
      int applications) {
    this.parts = parts;
    this.repository = repository;
    this.watch = watch;
    this.floor = floor;
    this.webhook = webhook;
    this.clocks = clocks;
    this.applications = applications;
  }

  /** Starts everything and waits until all applications are there. */
  static LatencyRig start(Path directory, int applications, Optional<Path> kubeconfig)
      throws Exception {
    Lifetime parts = new Lifetime();
    KubernetesClient cluster = parts.add(cluster(parts, kubeconfig));
    String namespace = "benchmark-" + UUID.randomUUID().toString().substring(0, 8);
    cluster
        .namespaces()
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .serverSideApply();
    parts.add(() -> cluster.namespaces().withName(namespace).delete());
    BenchmarkRepository repository =
        parts.add(BenchmarkRepository.create(directory, applications, namespace));
    Path fleet = fleet(directory, repository.url(), applications, namespace);
    Path secret = Files.writeString(directory.resolve("secret"), SECRET);
    ObjectWatch watch = parts.add(new ObjectWatch(cluster, namespace));
    Clocks clocks = new Clocks();
    EmbeddedBroker broker = parts.add(OneProcess.broker(directory, 0));
    OneProcess process =
        parts.add(
            OneProcess.start(
                OneProcess.Plan.from(
                    Map.of(
                        "fleet",
                        fleet.toString(),
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
                        namespace,
                        "system-namespace",
                        namespace),
                    Map.of(CLUSTER, cluster)),
                OneProcess.connection(broker),
                new OneProcess.Listeners(clocks, clocks::reported)));
    for (int i = 0; i < applications; i++) {
      watch.await(BenchmarkRepository.application(i), "initial");
    }
    Floor floor = parts.add(Floor.create(directory, repository.url(), cluster, namespace));
    URI url = URI.create("http://127.0.0.1:%d/webhooks/github".formatted(process.webhookPort()));
    return new LatencyRig(
        parts,
        repository,
        watch,
        floor,
        new Webhook(url, SECRET, REPOSITORY),
        clocks,
        applications);
  }

  /** Pushes one after the other, each change to another application, and times them. */
  LatencyRun run(int pushes) throws Exception {
    List<LatencyRun.Push> timed = new ArrayList<>();
    for (int i = 0; i < pushes; i++) {
      timed.add(push());
    }
    return new LatencyRun(timed);
  }

  /** Memory after a collection. */
  static LatencyReport.Memory memory() throws Exception {
    System.gc();
    long resident =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
            .findFirst()
            .orElse(-1);
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / (1024 * 1024);
    return new LatencyReport.Memory(resident, heap);
  }

  private LatencyRun.Push push() throws Exception {
    String version = "v" + pushed;
    String application = BenchmarkRepository.application(pushed * 7 % applications);
    ObjectId[] commits = repository.change(pushed * 7 % applications, version);
    pushed++;
    Clocks.Push clock = clocks.expect(commits[1].name());
    long start = System.nanoTime();
    Instant sent = Instant.now();
    webhook.send(commits[0], commits[1]);
    long changed = watch.await(application, version);
    ResultEvent.Applied applied = clock.applied().get(1, TimeUnit.MINUTES);
    DispatchListener.ChangeEvaluated evaluated = clock.evaluated().get(1, TimeUnit.MINUTES);
    DispatchListener.ChangeSeen seen = clock.seen().get(1, TimeUnit.MINUTES);
    double[] least = floor.run(version);

    Map<Step, Double> steps = new EnumMap<>(Step.class);
    steps.put(Step.RECEIVE, between(sent, seen.seenAt()));
    steps.put(Step.FETCH, between(seen.seenAt(), evaluated.fetchedAt()));
    steps.put(Step.DISPATCH, between(evaluated.fetchedAt(), evaluated.dispatchedAt()));
    steps.put(Step.DELIVER, between(evaluated.dispatchedAt(), applied.timings().receivedAt()));
    steps.put(Step.RENDER, between(applied.timings().receivedAt(), applied.timings().plannedAt()));
    steps.put(Step.APPLY, between(applied.timings().plannedAt(), sent.plusNanos(changed - start)));
    steps.put(Step.CHANGED, (changed - start) / 1e6);
    steps.put(Step.APPLIED, between(sent, applied.timings().appliedAt()));
    steps.put(Step.FLOOR_FETCH, least[0]);
    steps.put(Step.FLOOR, least[1]);
    return new LatencyRun.Push(steps);
  }

  private static double between(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }

  private static KubernetesClient cluster(Lifetime parts, Optional<Path> kubeconfig)
      throws Exception {
    if (kubeconfig.isPresent()) {
      return ClusterAccess.connectBy(Files.readString(kubeconfig.get()));
    }
    SimulatedCluster simulated =
        parts.add(SimulatedCluster.start(SimulatedClusterOptions.named(CLUSTER.value())));
    return ClusterAccess.connectBy(simulated.kubeconfig());
  }

  private static Path fleet(Path directory, String url, int applications, String namespace)
      throws Exception {
    StringBuilder fleet =
        new StringBuilder(
            """
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: apps}
            spec: {url: "%s", identity: localhost/%s}
            ---
            apiVersion: sluice.dev/v1
            kind: Cluster
            metadata: {name: %s}
            """
                .formatted(url, REPOSITORY, CLUSTER));
    for (int i = 0; i < applications; i++) {
      fleet.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: %s}
          spec:
            source: {repository: apps, path: %s}
            clusters: {names: [%s]}
            namespace: %s
          """
              .formatted(
                  BenchmarkRepository.application(i),
                  BenchmarkRepository.application(i),
                  CLUSTER,
                  namespace));
    }
    Path file = directory.resolve("fleet").resolve("fleet.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, fleet);
    return file.getParent();
  }

  @Override
  public void close() {
    parts.close();
  }

  /** What the parts tell about each commit, to be waited for. */
  private static final class Clocks implements DispatchListener {

    private final Map<String, Push> pushes = new ConcurrentHashMap<>();

    record Push(
        CompletableFuture<ChangeSeen> seen,
        CompletableFuture<ChangeEvaluated> evaluated,
        CompletableFuture<ResultEvent.Applied> applied) {}

    Push expect(String commit) {
      return pushes.computeIfAbsent(
          commit,
          key ->
              new Push(
                  new CompletableFuture<>(), new CompletableFuture<>(), new CompletableFuture<>()));
    }

    @Override
    public void seen(ChangeSeen change) {
      change.expected().ifPresent(commit -> expect(commit.value()).seen().complete(change));
    }

    @Override
    public void evaluated(ChangeEvaluated change) {
      expect(change.commit().value()).evaluated().complete(change);
    }

    void reported(ResultEvent result) {
      if (result instanceof ResultEvent.Applied applied) {
        applied
            .subject()
            .commit()
            .ifPresent(commit -> expect(commit.value()).applied().complete(applied));
      }
    }
  }
}
