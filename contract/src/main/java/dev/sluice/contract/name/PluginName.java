package dev.sluice.contract.name;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The {@code apiVersion} and {@code kind} by which a kustomization refers to a plugin. Kustomize
 * builds the path of a program from them without validation, so that a kind such as {@code
 * ../../bin/sh} would run any program; names of this type stay below the plugins' directory.
 *
 * @param apiVersion {@code GROUP/VERSION}, or a name without '/'
 */
public record PluginName(String apiVersion, String kind) implements Comparable<PluginName> {

  /** The {@code apiVersion} of the plugins that are part of kustomize. */
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

  /** Returns the name, or empty if it is not valid. */
  public static Optional<PluginName> parse(String apiVersion, String kind) {
    try {
      return Optional.of(new PluginName(apiVersion, kind));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns whether an annotation in a plugin's configuration makes kustomize run another program
   * than the plugin's: a function, or the plugin of a former kind that the annotation gives.
   */
  public static boolean isDiversion(String annotation) {
    return annotation.startsWith("internal.config.kubernetes.io/")
        || annotation.startsWith("config.k8s.io/")
        || (annotation.startsWith("config.kubernetes.io/")
            && !annotation.equals("config.kubernetes.io/local-config"));
  }

  /** Returns the path of the plugin's program in the plugins' directory. */
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
