package dev.sluice.worker.render;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HelmChartFields;
import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.worker.helm.ChartArchives;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The charts that kustomizations render by helm. They must lie in the tree where kustomize looks
 * before it would download them, or nothing is rendered: kustomize itself does not check a chart's
 * location.
 *
 * @param charts directories from the tree's root, by the kustomization that names each
 */
record KustomizeCharts(Map<String, List<String>> charts) {

  private static final String GENERATOR = "HelmChartInflationGenerator";

  /** Also matches escapes and tags that may spell the word. */
  private static final Pattern MAY_NAME = Pattern.compile("(?i)helm|[\\\\!]");

  /**
   * Finds the named charts.
   *
   * @throws RenderException if one is not in the tree
   */
  static KustomizeCharts of(List<InputFile> files) throws RenderException {
    Map<String, List<String>> charts = new TreeMap<>();
    for (Map.Entry<String, String> file : KustomizationFiles.of(files).texts().entrySet()) {
      List<String> named = named(file.getValue(), file.getKey());
      if (!named.isEmpty()) {
        charts.put(file.getKey(), named);
      }
    }
    KustomizeCharts found = new KustomizeCharts(charts);
    for (InputFile file : files) {
      if (!charts.isEmpty()
          && file instanceof InputFile.Text text
          && !found.contain(text.path())
          && text.text().contains(GENERATOR)) {
        throw RenderException.permanent(
            SourceFailure.UNSUPPORTED,
            "%s renders a chart by a plugin: use the field helmCharts".formatted(text.path()));
      }
    }
    return found;
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
                    && KustomizationFiles.isKustomization(text.path())
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
    for (JsonNode document : documents(text, path)) {
      Map<String, @Nullable Object> fields = fields(document);
      requireArguments(fields, path);
      String home = text(field(document, HelmChartFields.GLOBALS), "chartHome");
      for (JsonNode chart : field(document, HelmChartFields.CHARTS)) {
        String name = text(chart, "name");
        String version = text(chart, "version");
        boolean apart = !version.isEmpty() && !text(chart, "repo").isEmpty();
        String place =
            (home.isEmpty() ? "charts" : home)
                + "/"
                + (apart ? name + "-" + version + "/" : "")
                + name;
        InputPaths.checkReference(path, place);
        charts.add(Path.of(path).resolveSibling(place).normalize().toString());
      }
    }
    return charts;
  }

  /**
   * Returns no documents for a file that is not YAML: kustomize reports the error if it is a
   * kustomization and not a chart's template.
   */
  private static List<JsonNode> documents(String text, String path) {
    try {
      return YamlDocument.readAll(text, path).stream().map(YamlDocument::content).toList();
    } catch (ManifestException e) {
      return List.of();
    }
  }

  /** Repeats the dispatcher's checks, since other writers may have written the target. */
  private static void requireArguments(Map<String, @Nullable Object> fields, String path)
      throws RenderException {
    Optional<String> problem = HelmChartFields.problem(fields);
    String directory = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    if (problem.isEmpty()
        && HelmChartFields.areIn(fields)
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

  /** Returns the fields about charts, as deep as their rules go. */
  private static Map<String, @Nullable Object> fields(JsonNode document) {
    Map<String, @Nullable Object> fields = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : document.properties()) {
      if (field.getKey().regionMatches(true, 0, "helm", 0, 4)) {
        fields.put(field.getKey(), value(field.getValue(), 3));
      }
    }
    return fields;
  }

  private static @Nullable Object value(JsonNode node, int depth) {
    if (node.isObject()) {
      Map<String, @Nullable Object> map = new HashMap<>();
      if (depth > 0) {
        node.forEachEntry((key, value) -> map.put(key, value(value, depth - 1)));
      }
      return map;
    }
    if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      if (depth > 0) {
        node.forEach(element -> list.add(value(element, depth - 1)));
      }
      return list;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    return node.isNumber() ? node.numberValue() : node.textValue();
  }

  private static String text(JsonNode node, String name) {
    return field(node, name).asText("");
  }

  /** Returns a field as kustomize reads it, ignoring case. */
  private static JsonNode field(JsonNode node, String name) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getKey().equalsIgnoreCase(name) && !field.getValue().isNull()) {
        return field.getValue();
      }
    }
    return node.path(name);
  }
}
