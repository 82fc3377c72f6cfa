package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.ClosureResult;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Times the resolution of closures in a large repository: of all applications, of one application
 * in an unread tree, and after a commit that changes one file. The last includes the tree
 * difference, the index query, the closure and the index update, but not the fetch.
 */
final class ClosureBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of kustomizations, with five files each", 1, 100_000)
          .or("10000");
  private static final Setting<Integer> COMMITS =
      Setting.integer("commits", "number of commits, of one file each", 10, 10_000).or("200");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("closures.json");
  private static final GitRef MAIN = GitRef.branch("main");

  private ClosureBenchmark() {}

  /** Figures in milliseconds; percentiles over the commits. */
  record Report(
      int applications,
      int files,
      int commits,
      double buildFirst,
      double buildWarm,
      double closureMedian,
      double closureP99,
      double updateMedian,
      double updateP99) {}

  static Command command() {
    return new Command(
        "closures",
        "Times the resolution of inputs of many applications: index build, one closure, and the"
            + " update after a commit of one file.",
        List.of(APPLICATIONS, COMMITS, OUTPUT),
        ClosureBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    int count = values.get(APPLICATIONS);
    Path directory = Files.createTempDirectory("sluice-benchmark");
    try (Mirrors mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
        ManyApplications origin = ManyApplications.create(directory.resolve("origin.git"), count)) {
      Report report = measure(count, values.get(COMMITS), mirrors, origin);
      System.out.printf(
          "%d applications, %d files; milliseconds%n", report.applications(), report.files());
      System.out.printf("%-44s %10s %10s%n", "", "median", "p99");
      System.out.printf("%-44s %10.0f%n", "index build, first in the process", report.buildFirst());
      System.out.printf("%-44s %10.0f%n", "index build, warm", report.buildWarm());
      System.out.printf(
          "%-44s %10.2f %10.2f%n",
          "closure of one application, tree unread", report.closureMedian(), report.closureP99());
      System.out.printf(
          "%-44s %10.2f %10.2f%n",
          "update after a commit of one file", report.updateMedian(), report.updateP99());
      Json.mapper()
          .writer()
          .with(SerializationFeature.INDENT_OUTPUT)
          .writeValue(values.get(OUTPUT).toFile(), report);
      return 0;
    }
  }

  private static Report measure(int count, int commits, Mirrors mirrors, ManyApplications origin)
      throws Exception {
    RepositoryId repository = RepositoryId.fromUrl(origin.url());
    List<SourceSpec> sources =
        IntStream.range(0, count).mapToObj(i -> source(origin, repository, i)).toList();
    ClosureResolver resolver = new ClosureResolver(Remotes.NONE);
    CommitId commit = fetched(mirrors, sources.getFirst());
    double first = build(resolver, new ClosureIndex(), mirrors.tree(repository, commit), sources);
    ClosureIndex index = new ClosureIndex();
    double warm = build(resolver, index, mirrors.tree(repository, commit), sources);
    List<Double> closures = new ArrayList<>();
    List<Double> updates = new ArrayList<>();
    for (int i = 0; i < commits; i++) {
      int changed = (int) (i * 7919L % count);
      origin.change(changed);
      CommitId next = fetched(mirrors, sources.getFirst());
      long start = System.nanoTime();
      Set<ApplicationName> candidates =
          index.candidates(repository, MAIN, mirrors.changedPaths(repository, commit, next));
      SourceTree tree = mirrors.tree(repository, next);
      if (!candidates.equals(Set.of(name(changed)))) {
        throw new IllegalStateException("expected %s, found %s".formatted(changed, candidates));
      }
      resolve(resolver, index, tree, sources.get(changed), changed);
      updates.add(millisSince(start));
      int other = (changed + 1) % count;
      SourceTree unread = mirrors.tree(repository, next);
      long alone = System.nanoTime();
      resolve(resolver, new ClosureIndex(), unread, sources.get(other), other);
      closures.add(millisSince(alone));
      commit = next;
    }
    return new Report(
        count,
        count * ManyApplications.FILES,
        commits,
        first,
        warm,
        Sample.of(closures).median(),
        Sample.of(closures).percentile(99),
        Sample.of(updates).median(),
        Sample.of(updates).percentile(99));
  }

  private static double build(
      ClosureResolver resolver, ClosureIndex index, SourceTree tree, List<SourceSpec> sources) {
    long start = System.nanoTime();
    for (int i = 0; i < sources.size(); i++) {
      resolve(resolver, index, tree, sources.get(i), i);
    }
    return millisSince(start);
  }

  private static void resolve(
      ClosureResolver resolver,
      ClosureIndex index,
      SourceTree tree,
      SourceSpec source,
      int application) {
    ClosureResult result = resolver.resolve(tree, source);
    if (!(result instanceof ClosureResult.Resolved resolved)
        || resolved.closure().digest().isEmpty()) {
      throw new IllegalStateException("not resolved: " + result);
    }
    index.put(name(application), 0, source.repository(), source.ref(), result.footprint());
  }

  private static CommitId fetched(Mirrors mirrors, SourceSpec source) {
    FetchOutcome outcome = mirrors.fetch(source, MAIN, Optional.empty());
    if (outcome instanceof FetchOutcome.At(CommitId commit, var _)) {
      return commit;
    }
    throw new IllegalStateException("cannot fetch " + source.url());
  }

  private static SourceSpec source(
      ManyApplications origin, RepositoryId repository, int application) {
    return new SourceSpec(
        repository,
        origin.url(),
        Optional.empty(),
        Optional.empty(),
        MAIN,
        ManyApplications.path(application),
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static ApplicationName name(int application) {
    return new ApplicationName("app-" + application);
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }
}
