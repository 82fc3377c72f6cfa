package dev.sluice.inputs.kustomize;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HelmChartFields;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.inputs.helm.Charts;
import dev.sluice.inputs.helm.RemoteCharts;
import dev.sluice.inputs.helm.TemplateScan;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.Optional;

/**
 * Collects the charts that a kustomization renders with {@code helm} ({@code helmCharts}). They
 * must be in the repository, where kustomize looks before it downloads, or are mounted there if the
 * policy allows downloading them. Their path is {@code chartHome/NAME}, or {@code
 * chartHome/NAME-VERSION/NAME} if both a version and a repository are given.
 */
final class KustomizeCharts {

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
  void collect(Kustomization kustomization, String directory) {
    String where = kustomization.fields().where();
    if (kustomization.fields().has(HelmChartFields.OLD_CHARTS)) {
      throw new RefusedException(
          SourceFailure.UNSUPPORTED,
          "helmChartInflationGenerator in '%s' is a form that kustomize itself deprecates: use helmCharts"
              .formatted(where));
    }
    if (kustomization.fields().mappings(HelmChartFields.GLOBALS).stream()
        .anyMatch(globals -> globals.has("configHome"))) {
      throw new RefusedException(
          SourceFailure.UNSUPPORTED,
          "helmGlobals in '%s' names a configHome: rendering knows no Helm configuration, take it out"
              .formatted(where));
    }
    requireArguments(kustomization, where, directory);
    kustomization.charts().forEach(chart -> collect(chart, where, directory));
  }

  /** Refuses values that kustomize would pass to helm as an option or as several values. */
  private static void requireArguments(
      Kustomization kustomization, String where, String directory) {
    kustomization.problemOfCharts().ifPresent(problem -> refuse(where, problem));
    if (kustomization.hasCharts()
        && !directory.isEmpty()
        && !ProgramArgument.FILE.accepts(directory)) {
      refuse(
          where,
          "the directory of a kustomization with charts must be " + ProgramArgument.FILE.rule());
    }
  }

  private static void refuse(String where, String problem) {
    throw new RefusedException(
        SourceFailure.INVALID_ARGUMENT, "'%s': %s".formatted(where, problem));
  }

  private void collect(Kustomization.Chart chart, String where, String directory) {
    if (chart.name().isEmpty()) {
      throw new RefusedException(
          SourceFailure.INVALID_KUSTOMIZATION,
          "helmCharts in '%s' has a chart without name".formatted(where));
    }
    String what = "the chart '%s' (helmCharts in '%s')".formatted(chart.place(), where);
    ResolvedPath resolved =
        walk.find(directory, chart.place(), what)
            .or(
                () ->
                    chart.repository().isEmpty()
                        ? Optional.empty()
                        : Optional.of(download(chart, directory, what)))
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

  private ResolvedPath download(Kustomization.Chart chart, String directory, String what) {
    if (!remote.areAllowed(chart.repository())) {
      throw new RefusedException(
          SourceFailure.REMOTE_CHART,
          "%s is not in the repository, and the application's policy does not allow to download it: run 'helm pull --untar' and commit it there, or add its repository to policy.remote.charts"
              .formatted(what));
    }
    if (!RemoteCharts.isExact(chart.version())) {
      throw new RefusedException(
          SourceFailure.UNPINNED_DEPENDENCY,
          "%s is not in the repository and has the version '%s', which may mean another chart at any time: give an exact version"
              .formatted(what, chart.version()));
    }
    return remote.put(
        directory,
        new RemoteCharts.Place(chart.home(), chart.path()),
        new RemoteCharts.Origin(chart.repository(), chart.name(), chart.version()),
        what);
  }
}
