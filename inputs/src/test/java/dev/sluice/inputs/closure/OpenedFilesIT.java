package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.process.NeededProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every file that a renderer opens or looks up in a checkout, by strace, is in the closure or its
 * footprint.
 *
 * <p>{@code -Dsluice.opened-files.commits=N} tries more random commits.
 */
class OpenedFilesIT {

  private static final int COMMITS = Integer.getInteger("sluice.opened-files.commits", 10);

  @TempDir Path directory;

  private static final String LIBRARY = "library";
  private static final String PROGRAM = "program";

  private String helm = LIBRARY;
  private final ClosureResolver resolver = new ClosureResolver(Remotes.NONE);
  private int checked;
  private int opened;

  @BeforeEach
  void needsStrace() {
    NeededProgram.check("strace");
    Rendering.checkPossible();
  }

  @Test
  void kustomizationsOfEveryField() throws Exception {
    Path root = directory.resolve("golden");
    OpenedFiles whole =
        check(GoldenTrees.kustomization(), GoldenTrees.source("apps/web/production"), root)
            .orElseThrow();
    OpenedFiles linked =
        check(GoldenTrees.kustomization(), GoldenTrees.source("apps/linked"), root).orElseThrow();

    assertThat(whole.inputs(root.toRealPath()))
        .as("all that the closure holds is really opened")
        .containsExactlyElementsOf(
            paths(GoldenTrees.kustomization(), GoldenTrees.source("apps/web/production")));
    assertThat(linked.inputs(root.toRealPath()))
        .containsExactlyElementsOf(
            paths(GoldenTrees.kustomization(), GoldenTrees.source("apps/linked")))
        .contains("apps/linked/base", "apps/linked/map.yaml", "apps/linked/files/map.yaml");
    assertThat(whole.absent()).contains("apps/web/base/kustomization.yaml");
  }

  @Test
  void chartsOfKustomizations() throws Exception {
    by(PROGRAM);
    Path root = directory.resolve("golden");
    for (String path : List.of("apps/charts", "apps/linked-charts")) {
      SourceSpec source = GoldenTrees.source(path);
      OpenedFiles files = check(GoldenTrees.kustomizedCharts(), source, root).orElseThrow();

      assertThat(files.inputs(root.toRealPath()))
          .as("all that the closure holds is really opened")
          .containsExactlyElementsOf(paths(GoldenTrees.kustomizedCharts(), source));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {LIBRARY, PROGRAM})
  void charts(String helm) throws Exception {
    by(helm);
    Path root = directory.resolve("golden");
    SourceSpec source = GoldenTrees.source("charts/web", "../../environments/p.yaml");
    OpenedFiles files = check(GoldenTrees.chart(), source, root).orElseThrow();

    assertThat(files.inputs(root.toRealPath()))
        .as("all that the closure holds is really opened")
        .containsExactlyElementsOf(paths(GoldenTrees.chart(), source));
  }

  @ParameterizedTest
  @ValueSource(strings = {LIBRARY, PROGRAM})
  void valuesOfAnotherRepository(String helm) throws Exception {
    by(helm);
    List<SourceSpec> sources = GoldenTrees.severalSources();
    List<MemoryTree> trees =
        List.of(GoldenTrees.kustomization(), GoldenTrees.chart(), GoldenTrees.values());
    List<Path> roots = new ArrayList<>();
    List<Closure> closures = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      Path root = Files.createDirectory(directory.resolve("source-" + i)).toRealPath();
      new Rendering(root).checkOut(trees.get(i));
      roots.add(root);
      SourceQuery query = SourceQuery.of(sources.get(i), sources);
      closures.add(
          assertInstanceOf(ClosureResult.Resolved.class, resolver.resolve(trees.get(i), query))
              .closure());
    }

    List<OpenedFiles> byKustomize =
        OpenedFiles.of(
            Rendering.kustomize(roots.get(0).resolve(sources.get(0).path()).toString()),
            roots,
            directory);
    List<OpenedFiles> byHelm =
        OpenedFiles.of(
            helm(
                roots.get(1).resolve(sources.get(1).path()),
                List.of(
                    roots.get(2).resolve("web/current.yaml"),
                    roots.get(1).resolve("environments/p.yaml"))),
            roots,
            directory);

    assertReads(byKustomize, List.of(0), roots, closures);
    assertReads(byHelm, List.of(1, 2), roots, closures);
    assertThat(closures.get(2).entries())
        .extracting(ClosureEntry::path)
        .containsExactly("web/current.yaml", "web/production.yaml");
  }

  /** Requires that one program reads exactly the closures of these sources and nothing else. */
  private static void assertReads(
      List<OpenedFiles> files, List<Integer> read, List<Path> roots, List<Closure> closures)
      throws Exception {
    for (int i = 0; i < roots.size(); i++) {
      if (read.contains(i)) {
        assertThat(files.get(i).missingIn(closures.get(i), roots.get(i))).isEmpty();
        assertThat(files.get(i).inputs(roots.get(i)))
            .containsExactlyElementsOf(
                closures.get(i).entries().stream().map(ClosureEntry::path).toList());
      } else {
        assertThat(files.get(i).seen()).isEmpty();
      }
    }
  }

  @Test
  void randomCommits() throws Exception {
    Random random = new Random(7);
    MemoryTree tree = RandomRepository.first();
    for (int commit = 0; commit < COMMITS; commit++) {
      for (Map.Entry<ApplicationName, SourceSpec> application :
          RandomRepository.APPLICATIONS.entrySet()) {
        boolean chart = application.getKey().value().equals("chart");
        if (!chart || commit % 5 == 0) { // a JVM under strace takes seconds
          check(tree, application.getValue(), directory.resolve("random"));
        }
      }
      tree = RandomRepository.change(RandomRepository.change(tree, random), random);
    }

    assertThat(checked).as("compared renderings").isGreaterThan(COMMITS / 2);
    assertThat(opened).as("files opened").isGreaterThan(2 * COMMITS);
  }

  /**
   * Compares the closure with the files that rendering opens; returns these, or empty if the source
   * is refused or plain, which no program renders.
   */
  private Optional<OpenedFiles> check(MemoryTree tree, SourceSpec source, Path root)
      throws Exception {
    if (!(resolver.resolve(tree, source) instanceof ClosureResult.Resolved(Closure closure, _))
        || closure.type() == SourceType.PLAIN) {
      return Optional.empty();
    }
    new Rendering(root).checkOut(tree);
    OpenedFiles files =
        OpenedFiles.of(command(closure, source, root), root.toRealPath(), directory);
    checked++;
    opened += files.opened().size();
    assertThat(files.opened()).as("files opened for %s", source.path()).isNotEmpty();
    assertThat(files.missingIn(closure, root.toRealPath()))
        .as("left out of the closure of %s in %s", source.path(), tree.contents())
        .isEmpty();
    return Optional.of(files);
  }

  private List<String> paths(MemoryTree tree, SourceSpec source) {
    return resolver.resolve(tree, source) instanceof ClosureResult.Resolved(Closure closure, _)
        ? closure.entries().stream().map(ClosureEntry::path).toList()
        : List.of();
  }

  private void by(String which) {
    if (which.equals(PROGRAM)) {
      NeededProgram.check("helm");
    }
    helm = which;
  }

  private List<String> command(Closure closure, SourceSpec source, Path root) throws Exception {
    Path path = root.toRealPath().resolve(source.path());
    if (closure.type() == SourceType.KUSTOMIZE) {
      List<String> kustomize = new ArrayList<>(Rendering.kustomize(path.toString()));
      if (helm.equals(PROGRAM)) {
        kustomize.addAll(List.of("--enable-helm", "--helm-command=helm"));
      }
      return kustomize;
    }
    List<Path> values = new ArrayList<>();
    source.options().helm().valuesFiles().forEach(f -> values.add(path.resolve(f).normalize()));
    return helm(path, values);
  }

  private List<String> helm(Path chart, List<Path> values) {
    if (helm.equals(LIBRARY)) {
      return HelmProcess.command(chart, values);
    }
    List<String> command =
        new ArrayList<>(List.of("helm", "template", "release", chart.toString(), "--include-crds"));
    values.forEach(file -> command.addAll(List.of("--values", file.toString())));
    return command;
  }
}
