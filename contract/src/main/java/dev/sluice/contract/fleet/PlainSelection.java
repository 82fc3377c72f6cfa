package dev.sluice.contract.fleet;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides which files of a plain source are manifests, both when inputs are collected and when they
 * are rendered. Paths are relative to the source's path, with '/'. A symbolic link is matched by
 * its own path and treated as the file or directory that it points to.
 *
 * <p>Two kinds of files are never selected: names that begin with a dot, which configure forges and
 * editors, and kustomizations, which are not objects. A source that is a single file consists of
 * that file, whatever its name.
 *
 * <p>Globs match the whole path: {@code *} matches any text within a name, {@code ?} one character
 * of a name, <code>**&#47;</code> any number of directories including none, and {@code **} at the
 * end everything below. All other characters match themselves, with case.
 */
public final class PlainSelection {

  private static final Set<String> KUSTOMIZATIONS =
      Set.of("kustomization.yaml", "kustomization.yml", "Kustomization");

  private final PlainOptions options;
  private final List<Pattern> include;
  private final List<Pattern> exclude;

  public PlainSelection(PlainOptions options) {
    this.options = options;
    this.include = options.include().stream().map(PlainSelection::pattern).toList();
    this.exclude = options.exclude().stream().map(PlainSelection::pattern).toList();
  }

  /** Returns whether a file at this path is a manifest of the source. */
  public boolean selects(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return isOpen(path)
        && !KUSTOMIZATIONS.contains(name)
        && (options.recurse() || name.length() == path.length())
        && (include.isEmpty() ? isManifest(name) : matches(include, path))
        && !matches(exclude, path);
  }

  /** Returns whether a directory at this path can have manifests. */
  public boolean enters(String path) {
    return options.recurse() && isOpen(path);
  }

  /** Returns whether a file of this name is a manifest by default. */
  public static boolean isManifest(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
  }

  private static boolean isOpen(String path) {
    return Arrays.stream(path.split("/")).noneMatch(name -> name.startsWith("."));
  }

  private static boolean matches(List<Pattern> patterns, String path) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(path).matches());
  }

  private static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      if (glob.startsWith("**/", i) && (i == 0 || glob.charAt(i - 1) == '/')) {
        regex.append("(?:[^/]+/)*");
        i += 2;
      } else if (glob.startsWith("**", i)) {
        regex.append(".*");
        i++;
      } else {
        char c = glob.charAt(i);
        regex.append(
            switch (c) {
              case '*' -> "[^/]*";
              case '?' -> "[^/]";
              default -> Pattern.quote(String.valueOf(c));
            });
      }
    }
    return Pattern.compile(regex.toString());
  }
}
