package dev.sluice.contract.fleet;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a chart is rendered with. Later wins: the chart's own values, the files in their order, the
 * inline values, the sets.
 *
 * @param releaseName empty: the application's name
 * @param valuesFiles as {@link ValuesFile} reads them: relative to the chart's directory, or {@code
 *     $alias/path}, relative to the path of the source with that alias
 * @param values inline values: a JSON object, as text
 * @param set as {@code helm --set} has it: key path to value
 * @param includeCrds render the chart's {@code crds/} too
 */
public record HelmOptions(
    Optional<String> releaseName,
    List<String> valuesFiles,
    Optional<String> values,
    Map<String, String> set,
    boolean includeCrds) {

  public static final HelmOptions DEFAULT =
      new HelmOptions(Optional.empty(), List.of(), Optional.empty(), Map.of(), true);

  public HelmOptions {
    valuesFiles = List.copyOf(valuesFiles);
    set = Collections.unmodifiableMap(new TreeMap<>(set));
  }
}
