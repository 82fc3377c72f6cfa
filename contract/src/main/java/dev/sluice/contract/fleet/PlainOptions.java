package dev.sluice.contract.fleet;

import java.util.List;

/**
 * Which files of a directory are manifests. Patterns are globs over paths relative to the source's
 * path: {@code *} and {@code ?} stay within a name, {@code **} crosses directories.
 *
 * <p>Whatever is said here, no file or directory whose name begins with a dot is an input, since
 * those configure forges and editors, nor is a kustomization, which is no object. A symbolic link
 * counts by the path it is found at: one to a file as that file, one to a directory as that
 * directory.
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
