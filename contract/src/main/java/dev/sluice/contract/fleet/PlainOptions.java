package dev.sluice.contract.fleet;

import java.util.List;

/**
 * Selection of a directory's files that are manifests. Patterns are globs over paths relative to
 * the source's path; {@link PlainSelection} defines their syntax.
 *
 * @param include empty for every {@code *.yaml}, {@code *.yml} and {@code *.json}
 * @param exclude excluded from the included files
 * @param recurse include files in subdirectories
 */
public record PlainOptions(List<String> include, List<String> exclude, boolean recurse) {

  public static final PlainOptions DEFAULT = new PlainOptions(List.of(), List.of(), true);

  public PlainOptions {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }
}
