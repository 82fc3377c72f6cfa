package dev.sluice.contract.fleet;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a chart's values file is, as {@link HelmOptions#valuesFiles} writes it.
 *
 * @param alias of the source whose path the file is relative to; empty: relative to the chart
 * @param path '..' may be in it, but must not leave the repository
 */
public record ValuesFile(Optional<String> alias, String path) {

  private static final Pattern ALIASED = Pattern.compile("\\$([^/{]*)/(.+)");

  /** Reads the written form, {@code path} or {@code $alias/path}. */
  public static ValuesFile parse(String text) {
    Matcher aliased = ALIASED.matcher(text);
    return aliased.matches()
        ? new ValuesFile(Optional.of(aliased.group(1)), aliased.group(2))
        : new ValuesFile(Optional.empty(), text);
  }
}
