package dev.sluice.benchmarks;

import dev.sluice.benchmarks.LatencyRun.Step;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.process.OneProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.ObjectId;

/** Sluice in one process with a repository of N applications and one cluster, for timing. */
final class LatencyRig implements AutoCloseable {

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

  /** Starts all parts and waits until all applications are applied. */
  static LatencyRig start(Path directory, int applications, Optional<Path> kubeconfig)
      throws Exception {
    Installation.Context context = Installation.Context.prepare(directory, kubeconfig);
    Lifetime parts = context.parts();
    BenchmarkRepository repository =
        parts.add(BenchmarkRepository.create(directory, applications, context.namespace()));
    String url = parts.add(GitHttpServer.start(directory)).url(repository.directory());
    ObjectWatch watch = parts.add(new ObjectWatch(context.cluster(), context.namespace()));
    Clocks clocks = new Clocks();
    Installation installation =
        Installation.start(
            context,
            fleet(url, applications, context.namespace()),
            Map.of(),
            new OneProcess.Listeners(clocks, clocks::reported));
    for (int i = 0; i < applications; i++) {
      watch.await(BenchmarkRepository.application(i), "initial");
    }
    Floor floor = parts.add(Floor.create(directory, url, context.cluster(), context.namespace()));
    return new LatencyRig(
        parts, repository, watch, floor, installation.webhook(), clocks, applications);
  }

  /** Pushes one commit after another, each to another application, and times them. */
  LatencyRun run(int pushes) throws Exception {
    List<LatencyRun.Push> timed = new ArrayList<>();
    for (int i = 0; i < pushes; i++) {
      timed.add(push());
    }
    return new LatencyRun(timed);
  }

  /** Returns the memory of this process after a garbage collection. */
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

  private static String fleet(String url, int applications, String namespace) {
    StringBuilder fleet = new StringBuilder(Installation.fleet(url));
    for (int i = 0; i < applications; i++) {
      fleet.append(Installation.application(BenchmarkRepository.application(i), "apps", namespace));
    }
    return fleet.toString();
  }

  @Override
  public void close() {
    parts.close();
  }

  /** Listener that records when parts report each commit. */
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
