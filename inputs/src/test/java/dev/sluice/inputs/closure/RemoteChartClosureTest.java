package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.Footprint;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Closures of charts and kustomizations with charts from chart repositories. */
class RemoteChartClosureTest {

  private static final String REPOSITORY = "https://charts.example/stable";
  private static final String REGISTRY = "oci://registry.example/charts";
  private static final RemotePolicy POLICY =
      new RemotePolicy(
          List.of(),
          Stream.of(REPOSITORY, REGISTRY)
              .map(url -> new RemotePolicy.Charts(url, Optional.empty()))
              .toList());

  private final Map<String, SourceTree> charts = new HashMap<>();
  private final List<String> asked = new ArrayList<>();

  RemoteChartClosureTest() {
    charts.put(REPOSITORY + " cache 1.2.3", downloaded("cache", "1.2.3"));
    charts.put(REPOSITORY + " cache 2.0.0", downloaded("cache", "2.0.0"));
    charts.put(REGISTRY + " queue 0.1.0+b1", downloaded("queue", "0.1.0+b1"));
  }

  @Test
  void aDependencyIsMountedWhereItWouldBeVendored() {
    ClosureResult.Resolved resolved =
        resolved(
            chart(
                """
                - {name: cache, version: 1.2.3, repository: '%s/'}
                - {name: queue, version: 0.1.0+b1, repository: '%s'}
                """
                    .formatted(REPOSITORY, REGISTRY)));

    assertThat(paths(resolved))
        .containsExactly(
            "web/Chart.yaml",
            "web/charts/cache-1.2.3/Chart.yaml",
            "web/charts/cache-1.2.3/templates/map.yaml",
            "web/charts/queue-0.1.0+b1/Chart.yaml",
            "web/charts/queue-0.1.0+b1/templates/map.yaml",
            "web/templates/map.yaml");
    assertThat(resolved.closure().load(resolved.tree()))
        .contains(
            new InputFile.Text(
                "web/charts/cache-1.2.3/templates/map.yaml", false, "# cache 1.2.3\n"));
  }

  @Test
  void theClosureIsTheSameAsWithACommittedChart() {
    MemoryTree web =
        chart("- {name: cache, version: 1.2.3, repository: '%s'}".formatted(REPOSITORY));
    MemoryTree committed = web;
    for (String path : List.of("Chart.yaml", "templates/map.yaml")) {
      committed =
          committed.file(
              "web/charts/cache-1.2.3/" + path, content(downloaded("cache", "1.2.3"), path));
    }

    assertThat(resolved(web).closure().digest()).isEqualTo(resolved(committed).closure().digest());
    assertThat(asked).as("what is committed is not downloaded").hasSize(1);
  }

  @Test
  void theLockPinsARangeAndOneOfSeveralDependencies() {
    MemoryTree web =
        chart(
                """
                - {name: cache, version: '>= 1', repository: '%1$s'}
                - {name: cache, version: ^2, repository: '%1$s', alias: second}
                - {name: cache, version: ^2, repository: '%1$s', alias: third}
                """
                    .formatted(REPOSITORY))
            .file(
                "web/Chart.lock",
                """
                dependencies:
                - {name: cache, repository: 'https://elsewhere.example', version: 9.9.9}
                - {name: cache, repository: '%1$s/', version: 1.2.3}
                - {name: cache, repository: '%1$s', version: 2.0.0}
                - {name: cache, repository: '%1$s', version: 2.0.0}
                digest: sha256:0
                """
                    .formatted(REPOSITORY));

    assertThat(paths(resolved(web)))
        .contains(
            "web/charts/cache-1.2.3/templates/map.yaml",
            "web/charts/cache-2.0.0/templates/map.yaml");
    assertThat(asked).hasSize(2);
  }

  @Test
  void aStaleLockIsRefused() {
    MemoryTree web =
        chart("- {name: cache, version: ^2.0, repository: '%s'}".formatted(REPOSITORY))
            .file(
                "web/Chart.lock",
                "dependencies: [{name: cache, version: 1.2.3, repository: '%s'}]"
                    .formatted(REPOSITORY));

    assertThat(resolve(web))
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused -> {
              assertThat(refused.failure().code()).isEqualTo(SourceFailure.STALE_LOCK);
              assertThat(refused.failure().message())
                  .contains("'cache'", "'web'", "^2.0", "1.2.3", "helm dependency update");
            });
    assertThat(asked).isEmpty();
  }

  @Test
  void chartsOfApiVersion1HaveRequirementsFiles() {
    MemoryTree web =
        MemoryTree.empty()
            .file("web/Chart.yaml", "apiVersion: v1\nname: web\nversion: 1.0.0\n")
            .file(
                "web/requirements.yaml",
                "dependencies: [{name: cache, version: 1.x, repository: '%s'}]"
                    .formatted(REPOSITORY))
            .file(
                "web/requirements.lock",
                "dependencies: [{name: cache, version: 1.2.3, repository: '%s'}]"
                    .formatted(REPOSITORY));

    assertThat(paths(resolved(web))).contains("web/charts/cache-1.2.3/Chart.yaml");
  }

  @Test
  void missingDependenciesOfADownloadedChartAreDownloadedToo() {
    charts.put(
        REPOSITORY + " cache 1.2.3",
        downloaded("cache", "1.2.3", "- {name: queue, version: 0.1.0+b1, repository: '%s'}")
            .file("charts/here/Chart.yaml", "name: here\n"));

    assertThat(paths(resolved(onCache())))
        .contains(
            "web/charts/cache-1.2.3/charts/here/Chart.yaml",
            "web/charts/cache-1.2.3/charts/queue-0.1.0+b1/templates/map.yaml");
  }

  @Test
  void aChartInTheRepositoryMayDependOnARemoteOne() {
    MemoryTree web =
        chart("- {name: api, repository: 'file://../api'}")
            .file(
                "api/Chart.yaml",
                "name: api\nversion: 1.0.0\n%s"
                    .formatted(
                        dependencies(
                            "- {name: cache, version: 1.2.3, repository: '%s'}"
                                .formatted(REPOSITORY))));

    assertThat(paths(resolved(web))).contains("api/charts/cache-1.2.3/templates/map.yaml");
  }

  @Test
  void helmignoreOfADownloadedChartApplies() {
    MemoryTree web = onCache().file("web/.helmignore", "map.yaml\n");

    assertThat(paths(resolved(web)))
        .contains("web/charts/cache-1.2.3/Chart.yaml")
        .doesNotContain("web/charts/cache-1.2.3/templates/map.yaml");
  }

  @Test
  void aKustomizationsChartIsMountedWhereKustomizeLooks() {
    MemoryTree app =
        MemoryTree.empty()
            .file("apps/shared/README.md", "")
            .link("apps/app/vendor", "../shared")
            .file(
                "apps/app/kustomization.yaml",
                """
                helmGlobals: {chartHome: vendor}
                helmCharts:
                - {name: cache, version: 1.2.3, repo: '%s', valuesFile: values.yaml}
                - {name: queue, version: 0.1.0+b1, repo: '%s'}
                """
                    .formatted(REPOSITORY, REGISTRY))
            .file("apps/app/values.yaml", "");

    assertThat(paths(resolved(app, "apps/app")))
        .containsExactly(
            "apps/app/kustomization.yaml",
            "apps/app/values.yaml",
            "apps/app/vendor",
            "apps/shared/cache-1.2.3/cache/Chart.yaml",
            "apps/shared/cache-1.2.3/cache/templates/map.yaml",
            "apps/shared/queue-0.1.0+b1/queue/Chart.yaml",
            "apps/shared/queue-0.1.0+b1/queue/templates/map.yaml");
  }

  @Test
  void chartsThatUnpackToTooMuchAreNotDownloadedFurther() {
    List<String> dependencies = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String version = "1.0." + i;
      charts.put(REPOSITORY + " big " + version, large(downloaded("big", version)));
      dependencies.add(
          "- {name: big, version: %s, repository: '%s', alias: a%d}"
              .formatted(version, REPOSITORY, i));
    }

    ClosureResult result = resolve(chart(String.join("\n", dependencies)));

    assertThat(((ClosureResult.Refused) result).failure().code())
        .isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(asked).hasSize(3);
  }

  /** Returns the same files, as if they were 50 MiB together. */
  private static SourceTree large(SourceTree chart) {
    return new SourceTree() {
      @Override
      public Optional<TreeEntry> entry(String path) {
        return chart.entry(path);
      }

      @Override
      public List<TreeEntry> list(String path) {
        return chart.list(path);
      }

      @Override
      public long size(TreeEntry entry) {
        return 25 << 20;
      }

      @Override
      public byte[] read(TreeEntry entry, int maxBytes) {
        return chart.read(entry, maxBytes);
      }
    };
  }

  @Test
  void theChartHomeNeedNotExist() {
    MemoryTree app =
        MemoryTree.empty()
            .file(
                "app/kustomization.yaml",
                "helmCharts: [{name: cache, version: 1.2.3, repo: '%s'}]".formatted(REPOSITORY));

    assertThat(paths(resolved(app, "app")))
        .contains("app/charts/cache-1.2.3/cache/templates/map.yaml");
  }

  @Test
  void aFileInPlaceOfTheChartRequiresResolvingAgain() {
    Footprint footprint = resolved(onCache()).footprint();

    assertThat(
            Stream.of(
                "web/charts",
                "web/charts/cache/Chart.yaml",
                "web/charts/cache-1.2.3/Chart.yaml",
                "web/charts/cache-1.2.3.tgz",
                "web/Chart.yaml",
                "web/Chart.lock"))
        .allMatch(footprint::covers);
    assertThat(footprint.present())
        .as("no commit changes what is downloaded")
        .noneMatch(path -> path.startsWith("web/charts/cache-1.2.3/"));
  }

  @Test
  void aFileInPlaceOfTheChartRequiresResolvingAgainIfItsParentExists() {
    MemoryTree app =
        MemoryTree.empty()
            .file("app/charts/cache-1.2.3/README.md", "pulled by hand, but not committed")
            .file(
                "app/kustomization.yaml",
                "helmCharts: [{name: cache, version: 1.2.3, repo: '%s'}]".formatted(REPOSITORY));
    MemoryTree web = onCache().file("web/charts/other/Chart.yaml", "name: other");

    assertThat(resolved(app, "app").footprint().covers("app/charts/cache-1.2.3/cache/values.yaml"))
        .isTrue();
    assertThat(resolved(web).footprint().covers("web/charts/cache-1.2.3/values.yaml")).isTrue();
    assertThat(resolved(web).footprint().absent()).contains("web/charts/cache-1.2.3");
  }

  @Test
  void aMissingChartIsResolvedAgainOnceItIsCommitted() {
    ClosureResult refused =
        resolve(chart("- {name: gone, version: 1.0.0, repository: '%s'}".formatted(REPOSITORY)));

    assertThat(refused).isInstanceOf(ClosureResult.Refused.class);
    assertThat(Set.of("web/Chart.yaml", "web/charts/gone/Chart.yaml", "web/requirements.yaml"))
        .allMatch(refused.footprint()::covers);
  }

  @Test
  void theIndexFindsEveryCommitThatChangesTheResult() {
    List<String> places =
        List.of(
            "a/Chart.yaml",
            "a/Chart.lock",
            "a/requirements.yaml",
            "a/requirements.lock",
            "a/.helmignore",
            "a/charts",
            "a/charts/cache",
            "a/charts/cache/Chart.yaml",
            "a/charts/cache-1.2.3",
            "a/charts/cache-1.2.3/Chart.yaml",
            "a/charts/cache-1.2.3/templates/map.yaml",
            "a/charts/cache-1.2.3/charts/queue-0.1.0+b1/Chart.yaml",
            "a/charts/other.tgz",
            "a/charts/cache-9.tgz",
            "a/kustomization.yaml",
            "a/home",
            "a/home/cache-1.2.3",
            "a/home/cache-1.2.3/cache",
            "a/home/cache-1.2.3/cache/Chart.yaml",
            "a/home/cache-1.2.3/cache/values.yaml",
            "a/home/cache-1.2.3/README.md",
            "b/cache-1.2.3/README.md",
            "b/cache-1.2.3/cache/Chart.yaml",
            "b/x");
    String dependency = "{name: cache, version: 1.x, repository: '%s'}".formatted(REPOSITORY);
    String locked = "dependencies: [{name: cache, version: %s, repository: '" + REPOSITORY + "'}]";
    List<String> texts =
        List.of(
            "dependencies: [%s]".formatted(dependency),
            locked.formatted("1.2.3"),
            locked.formatted("2.0.0"),
            "name: cache",
            "name: other",
            "map.yaml",
            "",
            "helmGlobals: {chartHome: home}\nhelmCharts: [{name: cache, version: 1.2.3, repo: '%s'}]"
                .formatted(REPOSITORY));
    charts.put(
        REPOSITORY + " cache 1.2.3",
        downloaded("cache", "1.2.3", "- {name: queue, version: 0.1.0+b1, repository: '%s'}"));
    MemoryTree chart =
        MemoryTree.empty().file("a/Chart.yaml", texts.get(0)).file("a/Chart.lock", texts.get(1));
    MemoryTree kustomization =
        MemoryTree.empty().file("a/kustomization.yaml", texts.getLast()).link("a/home", "../b");
    Random random = new Random(5);
    int differed = 0;
    int downloaded = 0;
    for (int i = 0; i < 3000; i++) {
      MemoryTree before = random.nextBoolean() ? chart : kustomization;
      for (int edits = random.nextInt(4); edits > 0; edits--) {
        before = edited(before, places, texts, random);
      }
      MemoryTree after = edited(before, places, texts, random);
      ClosureResult was = resolve(before, "a");
      ClosureResult is = resolve(after, "a");
      downloaded += was instanceof ClosureResult.Resolved r && paths(r).size() > 3 ? 1 : 0;
      if (!outcome(was).equals(outcome(is))) {
        differed++;
        assertThat(changed(before, after))
            .as(
                "%s -> %s: %s -> %s",
                before.contents(), after.contents(), outcome(was), outcome(is))
            .anyMatch(was.footprint()::covers);
      }
    }
    assertThat(differed).isGreaterThan(300);
    assertThat(downloaded).isGreaterThan(300);
  }

  private static MemoryTree edited(
      MemoryTree tree, List<String> places, List<String> texts, Random random) {
    String path = places.get(random.nextInt(places.size()));
    MemoryTree edited = tree;
    for (String other : tree.contents().keySet()) {
      if (other.equals(path) || other.startsWith(path + "/") || path.startsWith(other + "/")) {
        edited = edited.without(other);
      }
    }
    return switch (random.nextInt(4)) {
      case 0 -> edited;
      case 1 -> edited.link(path, random.nextBoolean() ? "../b" : "../../b");
      default -> edited.file(path, texts.get(random.nextInt(texts.size())));
    };
  }

  private static Set<String> changed(MemoryTree before, MemoryTree after) {
    Map<String, String> all = new HashMap<>(before.contents());
    after
        .contents()
        .forEach((path, text) -> all.merge(path, text, (a, b) -> a.equals(b) ? null : a));
    return all.keySet();
  }

  private static String outcome(ClosureResult result) {
    return switch (result) {
      case ClosureResult.Resolved resolved -> resolved.closure().digest();
      case ClosureResult.Refused refused -> refused.failure().toString();
    };
  }

  static Stream<Arguments> refusals() {
    String other = "https://other.example";
    return Stream.of(
        arguments("RemoteDependency", "- {name: cache, version: 1.2.3, repository: '%s'}", other),
        arguments("RemoteDependency", "- {name: cache, version: 1.2.3, repository: '%s'}", "@x"),
        arguments(
            "RemoteDependency", "- {name: cache, version: 1.2.3, repository: '%s'}", "alias:x"),
        arguments("RemoteDependency", "- {name: cache, version: 1.2.3, repository: '%s'}", ""),
        arguments(
            "UnpinnedDependency", "- {name: cache, version: 1.x, repository: '%s'}", REPOSITORY),
        arguments(
            "UnpinnedDependency", "- {name: cache, version: '1.2', repository: '%s'}", REPOSITORY),
        arguments("UnpinnedDependency", "- {name: cache, repository: '%s'}", REPOSITORY),
        arguments("RemoteMissing", "- {name: x, version: 1.0.0, repository: '%s'}", REPOSITORY),
        arguments("InvalidName", "- {name: ../up, version: 1.0.0, repository: '%s'}", REPOSITORY),
        arguments("InvalidName", "- {version: 1.0.0, repository: '%s'}", REPOSITORY),
        arguments("Cycle", "- {name: round, version: 1.0.0, repository: '%s'}", REPOSITORY),
        arguments("TooComplex", "- {name: wide, version: 0.0.0, repository: '%s'}", REPOSITORY),
        arguments(
            "RemoteDependency", "- {name: local, version: 1.0.0, repository: '%s'}", REPOSITORY));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(FailureCode code, String dependency, String repository) {
    charts.put(
        REPOSITORY + " round 1.0.0",
        downloaded(
            "round", "1.0.0", "- {name: round, version: 1.0.0, repository: '%s'}", REPOSITORY));
    charts.put(
        REPOSITORY + " local 1.0.0",
        downloaded("local", "1.0.0", "- {name: other, repository: 'file://../../../api'}"));
    charts.put(REPOSITORY + " wide 10.0.0", downloaded("wide", "10.0.0"));
    charts.put(REPOSITORY + " wide 10.0.1", downloaded("wide", "10.0.1"));
    for (int i = 0; i < 10; i++) {
      String two =
          "- {name: wide, version: %1$d.0.0, repository: '%2$s'}%n".formatted(i + 1, REPOSITORY)
              + "- {name: wide, version: %1$d.0.1, repository: '%2$s'}"
                  .formatted(i + 1, REPOSITORY);
      charts.put(REPOSITORY + " wide %d.0.0".formatted(i), downloaded("wide", i + ".0.0", two));
      charts.put(REPOSITORY + " wide %d.0.1".formatted(i), downloaded("wide", i + ".0.1", two));
    }

    ClosureResult result = resolve(chart(dependency.formatted(repository)));

    assertThat(result)
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused ->
                assertThat(refused.failure().code())
                    .as(refused.failure().message())
                    .isEqualTo(code));
  }

  @Test
  void aFileInPlaceOfTheChartIsNotHidden() {
    MemoryTree web = onCache().file("web/charts/cache-1.2.3/README.md", "not a chart");

    assertThat(resolve(web))
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused ->
                assertThat(refused.failure().message()).contains("web/charts/cache-1.2.3", "away"));
    assertThat(resolve(onCache().file("web/charts", "a file")))
        .isInstanceOf(ClosureResult.Refused.class);
  }

  @Test
  void theRefusalNamesThePolicyAndNoPassword() {
    assertThat(
            resolve(
                chart(
                    "- {name: cache, version: 1.2.3, repository: 'https://me:s3cret@a.example'}")))
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused ->
                assertThat(refused.failure().message())
                    .contains("a.example", "policy.remote.charts")
                    .doesNotContain("s3cret"));
    assertThat(
            resolve(
                MemoryTree.empty()
                    .file(
                        "web/kustomization.yaml",
                        "helmCharts: [{name: a, version: 1.0.0, repo: 'https://a.example'}]")))
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused -> {
              assertThat(refused.failure().code()).isEqualTo(SourceFailure.REMOTE_CHART);
              assertThat(refused.failure().message()).contains("policy.remote.charts");
            });
    assertThat(asked).isEmpty();
  }

  @Test
  void aKustomizationsChartMustHaveAnExactVersion() {
    for (String version : List.of("", "version: 1.x, ")) {
      MemoryTree app =
          MemoryTree.empty()
              .file(
                  "web/kustomization.yaml",
                  "helmCharts: [{name: cache, %srepo: '%s'}]".formatted(version, REPOSITORY));

      assertThat(resolve(app))
          .isInstanceOfSatisfying(
              ClosureResult.Refused.class,
              refused ->
                  assertThat(refused.failure().code())
                      .isEqualTo(SourceFailure.UNPINNED_DEPENDENCY));
    }
  }

  private static MemoryTree onCache() {
    return chart("- {name: cache, version: 1.2.3, repository: '%s'}".formatted(REPOSITORY));
  }

  private static MemoryTree chart(String dependencies) {
    return MemoryTree.empty()
        .file(
            "web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n" + dependencies(dependencies))
        .file("web/templates/map.yaml", "");
  }

  private static String dependencies(String items) {
    return "dependencies:\n" + items.stripTrailing() + "\n";
  }

  private static MemoryTree downloaded(String name, String version) {
    return MemoryTree.empty()
        .file("Chart.yaml", "apiVersion: v2\nname: %s\nversion: %s\n".formatted(name, version))
        .file("templates/map.yaml", "# %s %s\n".formatted(name, version));
  }

  private static MemoryTree downloaded(String name, String version, String dependencies) {
    return downloaded(name, version, dependencies, REGISTRY);
  }

  private static MemoryTree downloaded(
      String name, String version, String dependencies, String repository) {
    MemoryTree chart = downloaded(name, version);
    return chart.file(
        "Chart.yaml",
        content(chart, "Chart.yaml") + dependencies(dependencies.formatted(repository)));
  }

  private static String content(MemoryTree tree, String path) {
    return tree.contents().get(path).replaceFirst("^FILE ", "");
  }

  private static List<String> paths(ClosureResult.Resolved resolved) {
    return resolved.closure().entries().stream().map(ClosureEntry::path).toList();
  }

  private ClosureResult.Resolved resolved(MemoryTree tree) {
    return resolved(tree, "web");
  }

  private ClosureResult.Resolved resolved(MemoryTree tree, String path) {
    ClosureResult result = resolve(tree, path);
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    return (ClosureResult.Resolved) result;
  }

  private ClosureResult resolve(MemoryTree tree) {
    return resolve(tree, "web");
  }

  private ClosureResult resolve(MemoryTree tree, String path) {
    SourceQuery query =
        new SourceQuery(
            new RemotePolicy.Base(
                new RepositoryId("git.example/acme/shop"),
                "https://git.example/acme/shop",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            GitRef.branch("main"),
            path,
            Optional.empty(),
            PlainOptions.DEFAULT,
            List.of(),
            List.of(),
            POLICY,
            false);
    return new ClosureResolver(new Known()).resolve(tree, query);
  }

  private final class Known implements Remotes {
    @Override
    public Base base(RemotePolicy.Base repository, String ref) throws RemoteException {
      throw new RemoteException(SourceFailure.REMOTE_MISSING, "there are no bases");
    }

    @Override
    public SourceTree chart(RemotePolicy.Charts repository, String name, String version)
        throws RemoteException {
      String key = repository.url() + " " + name + " " + version;
      asked.add(key);
      SourceTree chart = charts.get(key);
      if (chart == null) {
        throw new RemoteException(SourceFailure.REMOTE_MISSING, "there is no " + key);
      }
      return chart;
    }
  }
}
