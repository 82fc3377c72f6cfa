package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.process.NeededProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * After random commits: if a kustomization's charts render to something else, its closure is
 * another.
 *
 * <p>{@code -Dsluice.kustomized-charts.commits=N} tries more.
 */
class KustomizedChartsIT {

  private static final int COMMITS = Integer.getInteger("sluice.kustomized-charts.commits", 20);
  private static final SourceSpec SOURCE = GoldenTrees.source("apps/charts");

  /** Names that are looked up, or that are in a chart's directory. */
  private static final List<String> NAMES =
      List.of(
          "apps/charts/vendor/web/.helmignore",
          "apps/charts/vendor/web/templates/more.yaml",
          "apps/charts/vendor/web/charts/sub/Chart.yaml",
          "apps/charts/vendor/web/charts/sub/templates/sub.yaml",
          "apps/charts/vendor/apart/crds/crd.yaml",
          "apps/charts/vendor/web-1.0.0/web/Chart.yaml",
          "apps/charts/charts/web/Chart.yaml",
          "apps/charts/Kustomization");

  private static final List<String> TEXTS =
      List.of(
          "a: 1\n",
          "a: 2\nb: {c: d}\n",
          "name: sub\nversion: 1.0.0\n",
          "templates/more.yaml\n",
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n",
          template("other"));

  @TempDir Path directory;

  @Test
  void anotherRenderingHasAnotherClosure() throws Exception {
    Rendering.checkPossible();
    NeededProgram.check("helm");
    Random random = new Random(11);
    MemoryTree first = first();
    MemoryTree before = first;
    Optional<String> rendered = render(before);
    assertThat(rendered).isPresent();
    int differed = 0;
    int same = 0;
    for (int commit = 0; commit < COMMITS; commit++) {
      MemoryTree after = change(before, random);
      Optional<String> again = render(after);
      if (again.isPresent()) {
        assertThat(digest(after)).as("it renders: %s", after.contents()).isPresent();
      }
      if (again.isPresent() && !again.equals(rendered)) {
        differed++;
        assertThat(digest(after))
            .as("renders to something else: %s", after.contents())
            .isNotEqualTo(digest(before));
      } else if (again.isPresent()) {
        same++;
      }
      before = again.isPresent() ? after : first;
      rendered = again.isPresent() ? again : render(first);
    }

    assertThat(differed).as("commits that made a difference").isGreaterThan(COMMITS / 5);
    assertThat(same).as("commits that made none").isPositive();
  }

  /** Returns the golden tree with templates that output all values. */
  private static MemoryTree first() {
    MemoryTree tree = GoldenTrees.kustomizedCharts();
    for (String path : tree.contents().keySet()) {
      if (path.contains("/templates/")) {
        tree = tree.file(path, template(path.replaceAll("[^a-z]", "-")));
      }
    }
    return tree;
  }

  private static String template(String name) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n".formatted(name)
        + "data: {values: {{ .Values | toJson | quote }}}\n";
  }

  private static MemoryTree change(MemoryTree tree, Random random) {
    List<String> paths = new ArrayList<>(tree.contents().keySet());
    String path = paths.get(random.nextInt(paths.size()));
    String text = TEXTS.get(random.nextInt(TEXTS.size()));
    return switch (random.nextInt(5)) {
      case 0 -> tree.without(path);
      case 1 -> tree.file(NAMES.get(random.nextInt(NAMES.size())), text);
      case 2 -> tree.file(path, text);
      default -> {
        List<String> values =
            paths.stream().filter(p -> p.matches(".*(values|web|more).yaml")).toList();
        yield tree.file(
            values.get(random.nextInt(values.size())), "n: %d\n".formatted(random.nextInt(100)));
      }
    };
  }

  /** Returns the closure's digest; empty if the inputs are refused. */
  private static Optional<String> digest(MemoryTree tree) {
    return new ClosureResolver(Remotes.NONE).resolve(tree, SOURCE)
            instanceof ClosureResult.Resolved(Closure c, _)
        ? Optional.of(c.digest())
        : Optional.empty();
  }

  private Optional<String> render(MemoryTree tree) throws Exception {
    Path root = directory.resolve("checkout");
    new Rendering(root).checkOut(tree);
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
            Rendering.kustomize(
                root.resolve(SOURCE.path()).toString(), "--enable-helm", "--helm-command=helm"));
    builder.environment().put("HTTPS_PROXY", "http://127.0.0.1:9"); // a chart that is gone stays so
    Process process =
        builder
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("kustomize did not come to an end");
    }
    return process.exitValue() == 0 ? Optional.of(Files.readString(output)) : Optional.empty();
  }
}
