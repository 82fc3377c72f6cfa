package dev.sluice.worker.render;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.InputFile;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The charts that kustomizations have helm render. They lie where kustomize looks before it would
 * download them, within the tree, or nothing is rendered: of a chart's place kustomize checks
 * nothing.
 *
 * @param charts directories from the tree's root, by the kustomization that names each
 */
record KustomizeCharts(Map<String, List<String>> charts) {

  private static final String GENERATOR = "HelmChartInflationGenerator";

  /**
   * Finds what is named.
   *
   * @throws RenderException if it is not within the tree
   */
  static KustomizeCharts of(List<InputFile> files) throws RenderException {
    Map<String, String> texts = new HashMap<>();
    for (InputFile file : files) {
      if (file instanceof InputFile.Text text) {
        texts.put(text.path(), text.text());
      }
    }
    Map<String, List<String>> charts = new TreeMap<>();
    for (InputFile file : files) {
      if (RemoteReferences.isKustomization(file.path())) {
        String text =
            file instanceof InputFile.Link link
                ? texts.getOrDefault(InputPaths.linkTarget(link), "")
                : texts.getOrDefault(file.path(), "");
        List<String> named = named(text, file.path());
        if (!named.isEmpty()) {
          charts.put(file.path(), named);
        }
      }
    }
    KustomizeCharts found = new KustomizeCharts(charts);
    for (Map.Entry<String, String> text : texts.entrySet()) {
      if (!charts.isEmpty() && !found.hold(text.getKey()) && text.getValue().contains(GENERATOR)) {
        throw RenderException.permanent(
            "Unsupported",
            "%s renders a chart by a plugin: use the field helmCharts".formatted(text.getKey()));
      }
    }
    return found;
  }

  boolean areNone() {
    return charts.isEmpty();
  }

  /** The files that are part of no chart. */
  List<InputFile> without(List<InputFile> files) {
    return areNone() ? files : files.stream().filter(file -> !hold(file.path())).toList();
  }

  /** Whether a file is part of a chart. */
  boolean hold(String path) {
    return charts.values().stream()
        .flatMap(List::stream)
        .anyMatch(chart -> path.startsWith(chart + "/"));
  }

  /**
   * Does nothing if all charts are where kustomize looks, and none unpacks to gigabytes.
   *
   * @param tree where the files are
   */
  void require(Path tree) throws RenderException {
    for (Map.Entry<String, List<String>> named : charts.entrySet()) {
      for (String chart : named.getValue()) {
        if (!isWithin(tree, tree.resolve(chart))) {
          throw RenderException.permanent(
              "RemoteChart",
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
    List<YamlDocument> documents;
    try {
      documents = YamlDocument.readAll(text, path);
    } catch (ManifestException e) {
      return List.of(); // if it is a kustomization and not a chart's template, kustomize says so
    }
    List<String> charts = new ArrayList<>();
    for (YamlDocument document : documents) {
      String home = text(field(document.content(), "helmGlobals"), "chartHome");
      for (JsonNode chart : field(document.content(), "helmCharts")) {
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

  private static String text(JsonNode node, String name) {
    return field(node, name).asText("");
  }

  /** As kustomize reads them, whatever their case. */
  private static JsonNode field(JsonNode node, String name) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getKey().equalsIgnoreCase(name) && !field.getValue().isNull()) {
        return field.getValue();
      }
    }
    return node.path(name);
  }
}
