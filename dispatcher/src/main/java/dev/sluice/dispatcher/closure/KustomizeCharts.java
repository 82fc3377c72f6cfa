package dev.sluice.dispatcher.closure;

import java.util.List;
import java.util.Optional;

/**
 * The charts that a kustomization has {@code helm} render ({@code helmCharts}): they must lie in
 * the repository, where kustomize looks before it downloads. That is {@code chartHome/NAME}, or
 * {@code chartHome/NAME-VERSION/NAME} if both a version and a repository are given.
 */
final class KustomizeCharts {

  private static final String DEFAULT_HOME = "charts";
  private static final String VALUES = "values.yaml";

  private final Walk walk;
  private final TemplateScan scan;

  KustomizeCharts(Walk walk, TemplateScan scan) {
    this.walk = walk;
    this.scan = scan;
  }

  /**
   * Adds the charts, but not the values files that the kustomization names.
   *
   * @param directory of the kustomization; paths are seen from it
   */
  void collect(YamlFields kustomization, String directory) {
    Optional<YamlFields> globals = kustomization.mapping("helmGlobals");
    if (globals.filter(fields -> fields.has("configHome")).isPresent()) {
      throw new RefusedException(
          "Unsupported",
          "helmGlobals in '%s' names a configHome: rendering knows no Helm configuration, take it out"
              .formatted(kustomization.where()));
    }
    String home =
        globals
            .flatMap(fields -> fields.text("chartHome").stream().findFirst())
            .orElse(DEFAULT_HOME);
    for (YamlFields chart : kustomization.mappings("helmCharts")) {
      collect(chart, home, directory);
    }
  }

  private void collect(YamlFields chart, String home, String directory) {
    String name = first(chart, "name");
    String version = first(chart, "version");
    boolean downloadable = !first(chart, "repo").isEmpty();
    if (name.isEmpty()) {
      throw new RefusedException(
          "InvalidKustomization",
          "helmCharts in '%s' has a chart without name".formatted(chart.where()));
    }
    String within = downloadable && !version.isEmpty() ? name + "-" + version + "/" : "";
    String path = home + "/" + within + name;
    String what = "the chart '%s' (helmCharts in '%s')".formatted(path, chart.where());
    Found found =
        walk.find(directory, path, what)
            .filter(Found::isDirectory)
            .orElseThrow(() -> missing(what, downloadable));
    walk.addLinks(found);
    new Charts(walk, scan).collect(found.path());
    // kustomize reads it by itself, even where .helmignore leaves it out
    walk.find(found.path(), VALUES, "the values of " + what)
        .filter(values -> !values.isDirectory())
        .ifPresent(walk::addFile);
  }

  private static RefusedException missing(String what, boolean downloadable) {
    return downloadable
        ? new RefusedException(
            "RemoteChart",
            "%s is not in the repository, and nothing is downloaded: run 'helm pull --untar' and commit it there"
                .formatted(what))
        : new RefusedException(
            "MissingChart", "%s is not in the repository: add it, or take it out".formatted(what));
  }

  private static String first(YamlFields fields, String name) {
    List<String> texts = fields.text(name);
    return texts.isEmpty() ? "" : texts.getFirst();
  }
}
