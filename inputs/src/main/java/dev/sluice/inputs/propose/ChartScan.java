package dev.sluice.inputs.propose;

import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.TreePaths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The Helm charts of a repository. */
final class ChartScan {

  private static final String FILE_NAME = "Chart.yaml";
  private static final String LOCAL = "file://";

  private final Texts texts;

  /** By directory, why it is no application; empty if it may be one. */
  private final Map<String, Optional<String>> charts = new TreeMap<>();

  private final Map<String, String> dependents = new HashMap<>();

  private ChartScan(Texts texts) {
    this.texts = texts;
  }

  static ChartScan of(Texts texts, RepositoryScan scan) {
    ChartScan found = new ChartScan(texts);
    for (RepositoryScan.Directory directory : scan.directories().values()) {
      directory.file(FILE_NAME).ifPresent(file -> found.read(directory.path(), file));
    }
    return found;
  }

  Set<String> directories() {
    return charts.keySet();
  }

  /** Returns whether a directory belongs to a chart. */
  boolean isWithinOne(String directory) {
    return RepositoryScan.isWithinAny(directory, charts.keySet());
  }

  /** Returns the chart that a directory is below, if any. */
  Optional<String> above(String directory) {
    String here = directory;
    while (!here.isEmpty()) {
      here = RepositoryScan.parent(here);
      if (charts.containsKey(here)) {
        return Optional.of(here);
      }
    }
    return Optional.empty();
  }

  /** Returns why there is no application for a chart; empty if there can be one. */
  Optional<String> objection(String directory) {
    return above(directory)
        .map(chart -> "part of the chart in " + RepositoryScan.shown(chart))
        .or(() -> charts.getOrDefault(directory, Optional.empty()))
        .or(
            () ->
                Optional.ofNullable(dependents.get(directory))
                    .map(chart -> "a dependency of the chart in " + RepositoryScan.shown(chart)));
  }

  private void read(String directory, TreeEntry file) {
    Optional<String> text = texts.read(file);
    if (text.isEmpty()) {
      charts.put(directory, Optional.of("its Chart.yaml is too large or not UTF-8"));
      return;
    }
    try {
      List<Object> documents = YamlText.documents(text.get(), file.path());
      YamlFields chart =
          YamlFields.of(documents.isEmpty() ? Map.of() : documents.getFirst(), file.path());
      charts.put(
          directory,
          chart.first("type").equals("library")
              ? Optional.of("a library chart, which other charts include")
              : Optional.empty());
      localDependencies(directory, chart)
          .forEach(dependency -> dependents.putIfAbsent(dependency, directory));
    } catch (YamlException e) {
      charts.put(directory, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private static List<String> localDependencies(String directory, YamlFields chart) {
    List<String> local = new ArrayList<>();
    for (YamlFields dependency : chart.mappings("dependencies")) {
      String repository = dependency.first("repository");
      if (repository.startsWith(LOCAL)) {
        try {
          local.add(
              String.join(
                  "/",
                  TreePaths.written(directory, repository.substring(LOCAL.length()), repository)));
        } catch (RefusedException e) {
          // outside of the repository: the check of the whole application says so
        }
      }
    }
    return local;
  }
}
