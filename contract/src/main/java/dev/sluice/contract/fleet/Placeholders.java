package dev.sluice.contract.fleet;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Placeholders in a definition for properties of the target cluster: {@code cluster.name} and
 * {@code cluster.labels.KEY}, in braces after a dollar sign. Other text in braces is left
 * unchanged; a second dollar sign in front escapes a placeholder.
 */
final class Placeholders {

  private static final Pattern PLACEHOLDER = Pattern.compile("(\\$?)\\$\\{(cluster\\.[^}]*)}");
  private static final String LABEL = "cluster.labels.";

  private Placeholders() {}

  /**
   * Returns the text with the placeholders filled in for a cluster.
   *
   * @throws IllegalArgumentException if a placeholder has no value in the cluster
   */
  static String fill(String text, ClusterTarget cluster) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(
                    match.group(1).isEmpty()
                        ? value(match.group(2), cluster)
                        : "${" + match.group(2) + "}"));
  }

  private static String value(String name, ClusterTarget cluster) {
    if (name.equals("cluster.name")) {
      return cluster.name().value();
    }
    if (!name.startsWith(LABEL)) {
      throw new IllegalArgumentException(
          "${%s} is not known: there are ${cluster.name} and ${cluster.labels.KEY}"
              .formatted(name));
    }
    String label = cluster.labels().get(name.substring(LABEL.length()));
    if (label == null) {
      throw new IllegalArgumentException(
          "${%s} has no value: cluster %s has no label '%s'"
              .formatted(name, cluster.name(), name.substring(LABEL.length())));
    }
    return label;
  }
}
