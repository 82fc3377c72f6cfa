package dev.sluice.contract.fleet;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides which files of a plain source are manifests; who finds the inputs and who renders them
 * ask this same class. Paths are relative to the source's path, with '/', and a symbolic link
 * counts by the path it is found at: one to a file as that file, one to a directory as that
 * directory.
 *
 * <p>Left out whatever the options say: names that begin with a dot, as they configure forges and
 * editors, and kustomizations, which are no objects. A source that is a single file is that file,
 * unasked.
 *
 * <p>Globs cover the whole path: {@code *} is any text within a name, {@code ?} one character of a
 * name, <code>**&#47;</code> any number of directories, also none, and {@code **} at the end
 * everything below. All else stands for itself; upper and lower case differ.
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

  /** Whether a file at this path is a manifest of the source. */
  public boolean selects(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return isOpen(path)
        && !KUSTOMIZATIONS.contains(name)
        && (options.recurse() || name.length() == path.length())
        && (include.isEmpty() ? isManifest(name) : matches(include, path))
        && !matches(exclude, path);
  }

  /** Whether there can be manifests in a directory at this path. */
  public boolean enters(String path) {
    return options.recurse() && isOpen(path);
  }

  /** Whether a file of this name is a manifest where nothing else is said. */
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
