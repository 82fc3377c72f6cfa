package dev.sluice.contract.name;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a kustomization calls a plugin by, from which kustomize makes the path of a program. It
 * makes it without looking at it: a kind such as {@code ../../bin/sh} would run anything, so a name
 * here is one that stays below the plugins' directory.
 *
 * @param apiVersion {@code GROUP/VERSION}, or anything without '/'
 */
public record PluginName(String apiVersion, String kind) implements Comparable<PluginName> {

  /** The {@code apiVersion} of those that are part of kustomize. */
  public static final String BUILT_IN = "builtin";

  private static final String WORD = "[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?";
  private static final Pattern API_VERSION = Pattern.compile(WORD + "(/" + WORD + ")?");
  private static final Pattern KIND = Pattern.compile(WORD);
  private static final Comparator<PluginName> ORDER =
      Comparator.comparing(PluginName::apiVersion).thenComparing(PluginName::kind);

  public PluginName {
    if (!API_VERSION.matcher(apiVersion).matches() || !KIND.matcher(kind).matches()) {
      throw new IllegalArgumentException(
          "a plugin's apiVersion and kind are made of letters, digits, '.', '_' and '-'");
    }
  }

  /** A name, if it is one. */
  public static Optional<PluginName> parse(String apiVersion, String kind) {
    try {
      return Optional.of(new PluginName(apiVersion, kind));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether an annotation of a plugin's configuration has kustomize run something else than the
   * plugin: a function, or the program of a kind that it says it once had.
   */
  public static boolean isDiversion(String annotation) {
    return annotation.startsWith("internal.config.kubernetes.io/")
        || annotation.startsWith("config.k8s.io/")
        || (annotation.startsWith("config.kubernetes.io/")
            && !annotation.equals("config.kubernetes.io/local-config"));
  }

  /** Where kustomize looks for its program in the plugins' directory. */
  public String program() {
    return apiVersion + "/" + kind.toLowerCase(Locale.ROOT) + "/" + kind;
  }

  @Override
  public int compareTo(PluginName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return apiVersion + "/" + kind;
  }
}
