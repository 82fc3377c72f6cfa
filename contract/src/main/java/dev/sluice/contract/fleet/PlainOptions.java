package dev.sluice.contract.fleet;

import java.util.List;

/**
 * Which files of a directory are manifests. Patterns are globs over paths relative to the source's
 * path; {@link PlainSelection} says what they match.
 *
 * @param include empty: every {@code *.yaml}, {@code *.yml} and {@code *.json}
 * @param exclude taken off what is included
 * @param recurse look into directories below as well
 */
public record PlainOptions(List<String> include, List<String> exclude, boolean recurse) {

  public static final PlainOptions DEFAULT = new PlainOptions(List.of(), List.of(), true);

  public PlainOptions {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }
}
