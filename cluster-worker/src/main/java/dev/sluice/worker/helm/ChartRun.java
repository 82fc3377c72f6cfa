package dev.sluice.worker.helm;

import dev.sluice.worker.api.ClusterFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The complete input of rendering a chart.
 *
 * @param chart directory or archive
 * @param valuesFiles later ones win
 * @param sets win over the files; single values, without {@code helm}'s escapes
 */
public record ChartRun(
    Path chart,
    String release,
    String namespace,
    ClusterFacts cluster,
    List<Path> valuesFiles,
    Map<String, String> sets,
    boolean includeCrds) {

  public ChartRun {
    valuesFiles = List.copyOf(valuesFiles);
    sets = Map.copyOf(sets);
  }

  /** Returns this run after the directory that contains all its files was moved. */
  ChartRun moved(Path from, Path to) {
    return new ChartRun(
        to.resolve(from.relativize(chart)),
        release,
        namespace,
        cluster,
        valuesFiles.stream().map(file -> to.resolve(from.relativize(file))).toList(),
        sets,
        includeCrds);
  }
}
