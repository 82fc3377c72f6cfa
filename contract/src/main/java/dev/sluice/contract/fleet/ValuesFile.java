package dev.sluice.contract.fleet;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Location of a chart's values file, as an entry of {@link HelmOptions#valuesFiles} gives it.
 *
 * @param alias of the source whose path the file is relative to; empty if it is relative to the
 *     chart
 * @param path may contain '..', but must stay inside the repository
 */
public record ValuesFile(Optional<String> alias, String path) {

  private static final Pattern ALIASED = Pattern.compile("\\$([^/{]*)/(.+)");

  /** Parses {@code path} or {@code $alias/path}. */
  public static ValuesFile parse(String text) {
    Matcher aliased = ALIASED.matcher(text);
    return aliased.matches()
        ? new ValuesFile(Optional.of(aliased.group(1)), aliased.group(2))
        : new ValuesFile(Optional.empty(), text);
  }
}
