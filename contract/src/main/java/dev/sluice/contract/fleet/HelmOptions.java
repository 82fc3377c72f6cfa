package dev.sluice.contract.fleet;

import dev.sluice.contract.name.ProgramArgument;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

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

  /** One key path, which is no option and no list of several. */
  private static final Pattern SET_KEY =
      Pattern.compile("[^\\s\\p{Cntrl},={}\"'-][^\\s\\p{Cntrl},={}\"']{0,999}");

  public HelmOptions {
    valuesFiles = List.copyOf(valuesFiles);
    set = Collections.unmodifiableMap(new TreeMap<>(set));
  }

  /** Something in the options that must not come near a command line. */
  public record Problem(String code, String text) {}

  /**
   * Returns the first problem with what helm could read as an option, or as more than one value.
   * Once placeholders are filled in, since these may bring it in.
   */
  public Optional<Problem> problem() {
    return releaseName
        .filter(name -> !ProgramArgument.RELEASE_NAME.accepts(name))
        .map(
            _ ->
                new Problem(
                    "InvalidReleaseName",
                    "helm.releaseName must be " + ProgramArgument.RELEASE_NAME.rule()))
        .or(
            () ->
                valuesFiles.stream()
                    .map(ValuesFile::parse)
                    .flatMap(file -> ProgramArgument.FILE.problem(file.path()).stream())
                    .findFirst()
                    .map(
                        problem ->
                            new Problem("InvalidArgument", "each of helm.valuesFiles " + problem)))
        .or(
            () ->
                set.keySet().stream().anyMatch(key -> !SET_KEY.matcher(key).matches())
                    ? Optional.of(
                        new Problem(
                            "InvalidSet",
                            "each key of helm.set must be one key path, such as image.tag, without"
                                + " '-' in front, commas, '=', quotes and braces"))
                    : Optional.empty());
  }
}
