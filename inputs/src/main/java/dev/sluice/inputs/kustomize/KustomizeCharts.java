package dev.sluice.inputs.kustomize;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HelmChartFields;
import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.inputs.helm.Charts;
import dev.sluice.inputs.helm.RemoteCharts;
import dev.sluice.inputs.helm.TemplateScan;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import dev.sluice.inputs.walk.YamlFields;
import java.util.Optional;

/**
 * Collects the charts that a kustomization renders with {@code helm} ({@code helmCharts}). They
 * must be in the repository, where kustomize looks before it downloads, or are mounted there if the
 * policy allows downloading them. Their path is {@code chartHome/NAME}, or {@code
 * chartHome/NAME-VERSION/NAME} if both a version and a repository are given.
 */
final class KustomizeCharts {

  private static final String DEFAULT_CHART_HOME = "charts";
  private static final String VALUES = "values.yaml";

  private final Walk walk;
  private final TemplateScan scan;
  private final RemoteCharts remote;

  KustomizeCharts(Walk walk, TemplateScan scan) {
    this.walk = walk;
    this.remote = new RemoteCharts(walk);
    this.scan = scan;
  }

  /**
   * Adds the charts, but not the values files that the kustomization refers to.
   *
   * @param directory the kustomization's directory, which paths are relative to
   */
  void collect(YamlFields kustomization, String directory) {
    Optional<YamlFields> globals = kustomization.mapping("helmGlobals");
    if (globals.filter(fields -> fields.has("configHome")).isPresent()) {
      throw new RefusedException(
          SourceFailure.UNSUPPORTED,
          "helmGlobals in '%s' names a configHome: rendering knows no Helm configuration, take it out"
              .formatted(kustomization.where()));
    }
    requireArguments(kustomization, directory);
    String chartHome =
        globals
            .flatMap(fields -> fields.text("chartHome").stream().findFirst())
            .orElse(DEFAULT_CHART_HOME);
    for (YamlFields chart : kustomization.mappings("helmCharts")) {
      collect(chart, chartHome, directory);
    }
  }

  /** Refuses values that kustomize would pass to helm as an option or as several values. */
  private static void requireArguments(YamlFields kustomization, String directory) {
    HelmChartFields.problem(kustomization.fields())
        .ifPresent(problem -> refuse(kustomization, problem));
    if (HelmChartFields.areIn(kustomization.fields())
        && !directory.isEmpty()
        && !ProgramArgument.FILE.accepts(directory)) {
      refuse(
          kustomization,
          "the directory of a kustomization with charts must be " + ProgramArgument.FILE.rule());
    }
  }

  private static void refuse(YamlFields kustomization, String problem) {
    throw new RefusedException(
        SourceFailure.INVALID_ARGUMENT, "'%s': %s".formatted(kustomization.where(), problem));
  }

  private void collect(YamlFields chart, String chartHome, String directory) {
    String name = chart.first("name");
    String version = chart.first("version");
    boolean downloadable = !chart.first("repo").isEmpty();
    if (name.isEmpty()) {
      throw new RefusedException(
          SourceFailure.INVALID_KUSTOMIZATION,
          "helmCharts in '%s' has a chart without name".formatted(chart.where()));
    }
    String path = downloadable && !version.isEmpty() ? name + "-" + version + "/" + name : name;
    String what =
        "the chart '%s/%s' (helmCharts in '%s')".formatted(chartHome, path, chart.where());
    ResolvedPath resolved =
        walk.find(directory, chartHome + "/" + path, what)
            .or(
                () ->
                    downloadable
                        ? Optional.of(download(chart, directory, chartHome, path, what))
                        : Optional.empty())
            .filter(ResolvedPath::isDirectory)
            .orElseThrow(
                () ->
                    new RefusedException(
                        SourceFailure.MISSING_CHART,
                        "%s is not in the repository: add it, or take it out".formatted(what)));
    walk.addLinks(resolved);
    new Charts(walk, scan).collect(resolved.path());
    // kustomize reads it itself, even if .helmignore excludes it
    walk.find(resolved.path(), VALUES, "the values of " + what)
        .filter(values -> !values.isDirectory())
        .ifPresent(walk::addFile);
  }

  private ResolvedPath download(
      YamlFields chart, String directory, String chartHome, String path, String what) {
    String repository = chart.first("repo");
    String version = chart.first("version");
    if (!remote.areAllowed(repository)) {
      throw new RefusedException(
          SourceFailure.REMOTE_CHART,
          "%s is not in the repository, and the application's policy does not allow to download it: run 'helm pull --untar' and commit it there, or add its repository to policy.remote.charts"
              .formatted(what));
    }
    if (!RemoteCharts.isExact(version)) {
      throw new RefusedException(
          SourceFailure.UNPINNED_DEPENDENCY,
          "%s is not in the repository and has the version '%s', which may mean another chart at any time: give an exact version"
              .formatted(what, version));
    }
    return remote.put(
        directory,
        new RemoteCharts.Place(chartHome, path),
        new RemoteCharts.Origin(repository, chart.first("name"), version),
        what);
  }
}
