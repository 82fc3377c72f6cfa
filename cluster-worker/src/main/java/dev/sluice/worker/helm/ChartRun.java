package dev.sluice.worker.helm;

import dev.sluice.worker.api.ClusterFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that rendering a chart depends on.
 *
 * @param chart directory or archive
 * @param valuesFiles later wins
 * @param sets wins over the files; values are single ones, without {@code helm}'s escapes
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

  /** The same after a directory that it all lies in was moved. */
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
