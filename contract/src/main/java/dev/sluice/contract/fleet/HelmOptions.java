package dev.sluice.contract.fleet;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ProgramArgument;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Options for rendering a chart. In order of increasing precedence: the chart's own values, the
 * values files in their order, the inline values, the {@code set} values.
 *
 * @param releaseName empty for the application's name
 * @param valuesFiles as {@link ValuesFile} reads them: relative to the chart's directory, or {@code
 *     $alias/path}, relative to the path of the source with that alias
 * @param values inline values: a JSON object, as text
 * @param set key path to value, as for {@code helm --set}
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

  /** Matches a single key path that helm cannot take for an option or for several assignments. */
  private static final Pattern SET_KEY =
      Pattern.compile("[^\\s\\p{Cntrl},={}\"'-][^\\s\\p{Cntrl},={}\"']{0,999}");

  public HelmOptions {
    valuesFiles = List.copyOf(valuesFiles);
    set = Collections.unmodifiableMap(new TreeMap<>(set));
  }

  /** A reason for which the options must not be passed to helm. */
  public record Problem(FailureCode code, String text) {}

  /**
   * Returns the first value that helm could take for an option or for several values. To be called
   * after placeholders are filled in, because their values may cause the problem.
   */
  public Optional<Problem> problem() {
    return releaseName
        .filter(name -> !ProgramArgument.RELEASE_NAME.accepts(name))
        .map(
            _ ->
                new Problem(
                    SourceFailure.INVALID_RELEASE_NAME,
                    "helm.releaseName must be " + ProgramArgument.RELEASE_NAME.rule()))
        .or(
            () ->
                valuesFiles.stream()
                    .map(ValuesFile::parse)
                    .flatMap(file -> ProgramArgument.FILE.problem(file.path()).stream())
                    .findFirst()
                    .map(
                        problem ->
                            new Problem(
                                SourceFailure.INVALID_ARGUMENT,
                                "each of helm.valuesFiles " + problem)))
        .or(
            () ->
                set.keySet().stream().anyMatch(key -> !SET_KEY.matcher(key).matches())
                    ? Optional.of(
                        new Problem(
                            SourceFailure.INVALID_SET,
                            "each key of helm.set must be one key path, such as image.tag, without"
                                + " '-' in front, commas, '=', quotes and braces"))
                    : Optional.empty());
  }
}
