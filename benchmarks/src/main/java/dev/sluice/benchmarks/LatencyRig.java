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

/** Sluice in one process with repositories of N applications and one cluster, for timing. */
final class LatencyRig implements AutoCloseable {

  private final Lifetime parts;
  private final LatencyFleet fleet;
  private final ObjectWatch watch;
  private final Webhook webhook;
  private final Clocks clocks;
  private final LatencyFleet.Size size;
  private int pushed;

  private LatencyRig(
      Lifetime parts,
      LatencyFleet fleet,
      ObjectWatch watch,
      Webhook webhook,
      Clocks clocks,
      LatencyFleet.Size size) {
    this.parts = parts;
    this.fleet = fleet;
    this.watch = watch;
    this.webhook = webhook;
    this.clocks = clocks;
    this.size = size;
  }

  /** Starts all parts and waits until all applications are applied that do not fail. */
  static LatencyRig start(Path directory, LatencyFleet.Size size, Optional<Path> kubeconfig)
      throws Exception {
    Installation.Context context = Installation.Context.prepare(directory, kubeconfig);
    Lifetime parts = context.parts();
    LatencyFleet fleet = parts.add(LatencyFleet.create(directory, size, context));
    ObjectWatch watch = parts.add(new ObjectWatch(context.cluster(), context.namespace()));
    Clocks clocks = new Clocks();
    Installation installation =
        Installation.start(
            context,
            fleet.documents(),
            Map.of(),
            new OneProcess.Listeners(clocks, clocks::reported));
    for (int i = 0; i < size.working(); i++) {
      watch.await(BenchmarkRepository.application(i), "initial");
    }
    return new LatencyRig(parts, fleet, watch, installation.webhook(), clocks, size);
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
    int index = pushed * 7 % size.working();
    LatencyFleet.Commit commit = fleet.change(index, version);
    pushed++;
    Clocks.Push clock = clocks.expect(commit.after().name());
    long start = System.nanoTime();
    Instant sent = Instant.now();
    webhook.send(commit.repository(), commit.before().name(), commit.after().name());
    long changed = watch.await(BenchmarkRepository.application(index), version);
    ResultEvent.Applied applied = clock.applied().get(1, TimeUnit.MINUTES);
    DispatchListener.ChangeEvaluated evaluated = clock.evaluated().get(1, TimeUnit.MINUTES);
    DispatchListener.ChangeSeen seen = clock.seen().get(1, TimeUnit.MINUTES);
    double[] least = commit.floor().run(version);

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
