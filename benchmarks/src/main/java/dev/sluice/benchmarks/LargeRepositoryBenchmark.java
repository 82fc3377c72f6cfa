package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Directories;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.ClosureResult;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares a large repository with a small one: the first fetch, and the time from a push of one
 * file until its application's closure is known, as a multiple of the small one's.
 */
final class LargeRepositoryBenchmark {

  private static final Setting<Integer> FILES =
      Setting.integer("files", "number of files of the large repository", 1_000, 1_000_000)
          .or("200000");
  private static final Setting<Integer> FILE_BYTES =
      Setting.integer("file-bytes", "size of a file, which does not compress", 100, 1_000_000)
          .or("35000");
  private static final Setting<Integer> PUSHES =
      Setting.integer("pushes", "number of pushes, of one file each", 10, 10_000).or("50");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("large-repository.json");
  private static final GitRef MAIN = GitRef.branch("main");
  private static final int SMALL_FILES = 100;
  private static final int WARM_UP = 10;

  private LargeRepositoryBenchmark() {}

  /**
   * Figures of a repository.
   *
   * @param firstFetchSeconds until the mirror has everything
   * @param pushMedian milliseconds of fetch, tree difference and closure
   * @param peakHeapMebibytes of the process until then
   */
  record Figures(
      int files,
      long mirrorMebibytes,
      double firstFetchSeconds,
      double pushMedian,
      double pushP99,
      long peakHeapMebibytes) {}

  record Report(Figures small, Figures large, double multiple) {}

  static Command command() {
    return new Command(
        "large-repository",
        "Times the first fetch of a large repository, and a push to it, as a multiple of a small"
            + " one.",
        List.of(FILES, FILE_BYTES, PUSHES, OUTPUT),
        LargeRepositoryBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Figures small = measure(SMALL_FILES, values);
    Figures large = measure(values.get(FILES), values);
    Report report = new Report(small, large, large.pushMedian() / small.pushMedian());
    for (Figures each : List.of(small, large)) {
      System.out.printf(
          "%d files, mirror of %d MiB: first fetch %.1f s; push to closure %.1f ms (median), %.1f"
              + " ms (p99); peak heap %d MiB%n",
          each.files(),
          each.mirrorMebibytes(),
          each.firstFetchSeconds(),
          each.pushMedian(),
          each.pushP99(),
          each.peakHeapMebibytes());
    }
    System.out.printf("a push to the large one takes %.1f times as long%n", report.multiple());
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), report);
    return 0;
  }

  private static Figures measure(int files, SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    try (GitHttpServer server = GitHttpServer.start(directory);
        Mirrors mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC())) {
      ImportedRepository origin =
          ImportedRepository.create(directory.resolve("shop.git"), files, values.get(FILE_BYTES));
      SourceSpec source = source(server.url("shop.git"), origin.path(0));
      long start = System.nanoTime();
      CommitId head = fetched(mirrors, source, Optional.empty());
      double first = millisSince(start) / 1000;
      ClosureResolver resolver = new ClosureResolver(Remotes.NONE);
      List<Double> pushes = new ArrayList<>();
      for (int i = 0; i < WARM_UP + values.get(PUSHES); i++) {
        int file = (int) (i * 7919L % files);
        CommitId pushed = origin.change(file);
        long pushedAt = System.nanoTime();
        head = evaluated(mirrors, source, head, pushed, origin.path(file), resolver);
        if (i >= WARM_UP) {
          pushes.add(millisSince(pushedAt));
        }
      }
      return new Figures(
          files,
          Directories.mebibytes(directory.resolve("mirrors")),
          first,
          Sample.of(pushes).median(),
          Sample.of(pushes).percentile(99),
          heap().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() >> 20);
    } finally {
      Directories.delete(directory);
    }
  }

  private static CommitId evaluated(
      Mirrors mirrors,
      SourceSpec source,
      CommitId before,
      CommitId pushed,
      String path,
      ClosureResolver resolver) {
    CommitId head = fetched(mirrors, source, Optional.of(pushed));
    Set<String> changed = mirrors.changedPaths(source.repository(), before, head);
    ClosureResult result =
        resolver.resolve(mirrors.tree(source.repository(), head), source(source.url(), path));
    if (!changed.equals(Set.of(path)) || !(result instanceof ClosureResult.Resolved)) {
      throw new IllegalStateException("%s changed, and %s".formatted(changed, result));
    }
    return head;
  }

  private static CommitId fetched(
      Mirrors mirrors, SourceSpec source, Optional<CommitId> announced) {
    FetchOutcome outcome = mirrors.fetch(source, MAIN, announced);
    if (outcome instanceof FetchOutcome.At(CommitId commit, var _)) {
      return commit;
    }
    throw new IllegalStateException("cannot fetch %s: %s".formatted(source.url(), outcome));
  }

  private static SourceSpec source(String url, String path) {
    return new SourceSpec(
        new RepositoryId("forge.example/acme/shop"),
        url,
        Optional.empty(),
        Optional.empty(),
        MAIN,
        path,
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static List<MemoryPoolMXBean> heap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }
}
