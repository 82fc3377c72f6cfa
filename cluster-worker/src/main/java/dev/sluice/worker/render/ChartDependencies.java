package dev.sluice.worker.render;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Copies the charts that a chart depends on by {@code file://} into its {@code charts/}, as {@code
 * helm dependency build} does. Vendored charts are left alone; dependencies that would have to be
 * downloaded are refused.
 */
final class ChartDependencies {

  /**
   * Limits the files copied for charts that share dependencies, so that a chain of them cannot fill
   * the disk.
   */
  private static final int MAX_COPIES = 20_000;

  private static final String LOCAL = "file://";

  private final Path tree;
  private final Deque<Path> within = new ArrayDeque<>();
  private int copies;

  ChartDependencies(Path tree) {
    this.tree = tree;
  }

  /** Provides all dependencies of the chart in a directory. */
  void provide(Path chart) throws RenderException {
    if (within.contains(chart)) {
      throw RenderException.permanent(
          SourceFailure.DEPENDENCY_CYCLE,
          "the charts %s depend on each other"
              .formatted(within.stream().map(this::shown).toList()));
    }
    within.addLast(chart);
    try {
      for (JsonNode dependency : declared(chart)) {
        String name = dependency.path("name").asText();
        if (!isVendored(chart, name)) {
          copy(local(chart, name, dependency.path("repository").asText()), chart, name);
        }
      }
    } catch (IOException e) {
      throw RenderException.temporary(RenderFailure.NO_DISK, "the worker cannot copy charts", e);
    }
    within.removeLast();
  }

  private List<JsonNode> declared(Path chart) throws RenderException, IOException {
    List<JsonNode> dependencies = new ArrayList<>();
    for (String name : List.of("Chart.yaml", "requirements.yaml")) {
      Path file = chart.resolve(name);
      if (Files.isRegularFile(file)) {
        try {
          for (YamlDocument document : YamlDocument.readAll(Files.readString(file), shown(file))) {
            document.content().path("dependencies").forEach(dependencies::add);
          }
        } catch (ManifestException e) {
          throw RenderException.permanent(e.failure().code(), e.failure().message());
        }
      } else if (name.equals("Chart.yaml")) {
        throw RenderException.permanent(
            SourceFailure.NOT_A_CHART, "%s has no Chart.yaml".formatted(shown(chart)));
      }
    }
    return dependencies;
  }

  /**
   * Returns whether the chart is vendored. Helm reads the name from the chart itself; an archive's
   * file name begins with it.
   */
  private static boolean isVendored(Path chart, String name) throws IOException {
    Path charts = chart.resolve("charts");
    if (!Files.isDirectory(charts)) {
      return false;
    }
    try (Stream<Path> vendored = Files.list(charts)) {
      return vendored.anyMatch(
          path -> {
            String file = path.getFileName().toString();
            return file.equals(name) || file.startsWith(name + "-") || hasName(path, name);
          });
    }
  }

  private static boolean hasName(Path chart, String name) {
    try {
      return Files.isRegularFile(chart.resolve("Chart.yaml"))
          && Files.readAllLines(chart.resolve("Chart.yaml")).stream()
              .anyMatch(
                  line -> line.strip().matches("name:\\s*[\"']?" + Pattern.quote(name) + "[\"']?"));
    } catch (IOException e) {
      return false;
    }
  }

  private Path local(Path chart, String name, String repository) throws RenderException {
    if (!repository.startsWith(LOCAL)) {
      throw RenderException.permanent(
          SourceFailure.MISSING_DEPENDENCY,
          "%s depends on the chart '%s', which is not in its charts/, and nothing is downloaded:"
                  .formatted(shown(chart), name)
              + " run 'helm dependency update' and commit charts/");
    }
    Path directory = chart.resolve(repository.substring(LOCAL.length())).normalize();
    if (!directory.startsWith(tree)) {
      throw InputPaths.unsafe(shown(chart), "depends on a chart out of the repository");
    }
    if (!Files.isDirectory(directory)) {
      throw RenderException.permanent(
          SourceFailure.MISSING_DEPENDENCY,
          "%s depends on the chart '%s' at %s, which is not in the repository"
              .formatted(shown(chart), name, shown(directory)));
    }
    return directory;
  }

  private void copy(Path dependency, Path chart, String name) throws RenderException, IOException {
    if (chart.startsWith(dependency)) {
      throw RenderException.permanent(
          SourceFailure.DEPENDENCY_CYCLE, "%s depends on itself".formatted(shown(dependency)));
    }
    provide(dependency);
    if (!ProgramArgument.CHART_NAME.accepts(name)) {
      throw RenderException.permanent(
          SourceFailure.INVALID_ARGUMENT,
          "the name of a dependency of %s must be %s"
              .formatted(shown(chart), ProgramArgument.CHART_NAME.rule()));
    }
    Path into = chart.resolve("charts").resolve(name);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(dependency)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    copies += files.size();
    if (copies > MAX_COPIES) {
      throw RenderException.permanent(
          SourceFailure.TOO_MANY_CHARTS, "%s depends on too many charts".formatted(shown(chart)));
    }
    for (Path file : files) {
      Path copy = into.resolve(dependency.relativize(file));
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
  }

  private String shown(Path path) {
    String relative = tree.relativize(path).toString();
    return relative.isEmpty() ? "the repository's root" : relative;
  }
}
