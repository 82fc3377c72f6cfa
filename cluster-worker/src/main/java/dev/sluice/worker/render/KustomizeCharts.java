package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.worker.helm.ChartArchives;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The charts that kustomizations render by helm. They must lie in the tree where kustomize looks
 * before it would download them, or nothing is rendered: kustomize itself does not check a chart's
 * location.
 *
 * @param charts directories from the tree's root, by the kustomization that names each
 */
record KustomizeCharts(Map<String, List<String>> charts) {

  /** Also matches escapes and tags that may spell the word. */
  private static final Pattern MAY_NAME = Pattern.compile("(?i)helm|[\\\\!]");

  /**
   * Finds the named charts.
   *
   * @throws RenderException if one is not in the tree
   */
  static KustomizeCharts of(List<InputFile> files) throws RenderException {
    Map<String, List<String>> charts = new TreeMap<>();
    for (Map.Entry<String, String> file :
        KustomizationFiles.texts(new InputTree(files), files).entrySet()) {
      List<String> named = named(file.getValue(), file.getKey());
      if (!named.isEmpty()) {
        charts.put(file.getKey(), named);
      }
    }
    return new KustomizeCharts(charts);
  }

  boolean areNone() {
    return charts.isEmpty();
  }

  /** Returns the files that are not part of a chart. */
  List<InputFile> without(List<InputFile> files) {
    return areNone() ? files : files.stream().filter(file -> !contain(file.path())).toList();
  }

  /**
   * Returns the files without the templates of charts that are named like kustomizations but are
   * not YAML, and that contain no chart fields in any reading.
   */
  List<InputFile> kustomizations(List<InputFile> files) {
    return files.stream()
        .filter(
            file ->
                !(file instanceof InputFile.Text text
                    && Kustomization.isAt(text.path())
                    && contain(text.path())
                    && documents(text.text(), text.path()).isEmpty()
                    && !MAY_NAME.matcher(text.text()).find()))
        .toList();
  }

  /** Returns whether a file is part of a chart. */
  boolean contain(String path) {
    return charts.values().stream()
        .flatMap(List::stream)
        .anyMatch(chart -> path.startsWith(chart + "/"));
  }

  /**
   * Requires that all charts are in the tree where kustomize looks, and that none unpacks to
   * gigabytes.
   *
   * @param tree where the files are
   */
  void require(Path tree) throws RenderException {
    for (Map.Entry<String, List<String>> named : charts.entrySet()) {
      for (String chart : named.getValue()) {
        if (!isWithin(tree, tree.resolve(chart))) {
          throw RenderException.permanent(
              SourceFailure.REMOTE_CHART,
              "%s names the chart %s, which is not in the repository, and nothing is downloaded: commit it"
                  .formatted(named.getKey(), chart));
        }
        ChartArchives.refuseBombs(tree.resolve(chart));
      }
    }
  }

  private static boolean isWithin(Path tree, Path chart) {
    try {
      return Files.isDirectory(chart) && chart.toRealPath().startsWith(tree);
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> named(String text, String path) throws RenderException {
    List<String> charts = new ArrayList<>();
    try {
      for (Kustomization kustomization : documents(text, path)) {
        requireArguments(kustomization, path);
        for (Kustomization.Chart chart : kustomization.charts()) {
          charts.add(InputPaths.referenced(path, chart.place()));
        }
      }
    } catch (YamlException e) {
      throw RenderException.permanent(e.code(), String.valueOf(e.getMessage()));
    }
    return charts;
  }

  /**
   * Returns no documents for a file that is not YAML: kustomize reports the error if it is a
   * kustomization and not a chart's template.
   */
  private static List<Kustomization> documents(String text, String path) {
    try {
      return YamlText.documents(text, path).stream()
          .filter(Map.class::isInstance)
          .map(document -> new Kustomization(YamlFields.of(document, path)))
          .toList();
    } catch (YamlException e) {
      return List.of();
    }
  }

  /** Repeats the dispatcher's checks, since other writers may have written the target. */
  private static void requireArguments(Kustomization kustomization, String path)
      throws RenderException {
    Optional<String> problem = kustomization.problemOfCharts();
    String directory = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    if (problem.isEmpty()
        && kustomization.hasCharts()
        && !directory.isEmpty()
        && !ProgramArgument.FILE.accepts(directory)) {
      problem =
          Optional.of(
              "the directory of a kustomization with charts must be "
                  + ProgramArgument.FILE.rule());
    }
    if (problem.isPresent()) {
      throw RenderException.permanent(
          SourceFailure.INVALID_ARGUMENT, "'%s': %s".formatted(path, problem.get()));
    }
  }
}
