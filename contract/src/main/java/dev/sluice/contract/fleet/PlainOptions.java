package dev.sluice.contract.fleet;

import java.util.List;
import java.util.Locale;

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

  /**
   * Whether a file is a manifest.
   *
   * @param path relative to the source's path
   */
  public boolean selects(String path) {
    if (!recurse && path.contains("/")) {
      return false;
    }
    boolean included = include.isEmpty() ? hasManifestName(path) : matches(include, path);
    return included && !matches(exclude, path);
  }

  private static boolean hasManifestName(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    return lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json");
  }

  private static boolean matches(List<String> globs, String path) {
    return globs.stream().anyMatch(glob -> new Glob(glob).matches(path));
  }
}
