package dev.sluice.inputs.helm;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides which files of a chart Helm ignores, like its {@code pkg/ignore}: the rules of the
 * chart's {@code .helmignore}, and always {@code templates/.?*}. The rules differ from Git's. A
 * pattern matches the whole path if it has a slash, otherwise the name only. A later rule does not
 * override an earlier one. A negated rule ignores everything that it does <em>not</em> match.
 */
final class HelmIgnore {

  static final String FILE_NAME = ".helmignore";

  private static final String ALWAYS = "templates/.?*";

  /**
   * One line.
   *
   * @param directories whether it applies to directories only
   */
  private record Rule(Predicate<String> matches, boolean negated, boolean directories) {

    boolean leavesOut(String path, boolean directory) {
      if (negated) {
        return (directories && !directory) || !matches.test(path);
      }
      return (!directories || directory) && matches.test(path);
    }
  }

  private final List<Rule> rules = new ArrayList<>();

  /**
   * Parses the rules.
   *
   * @param where the file, for messages
   * @throws RefusedException if Helm would refuse them
   */
  HelmIgnore(String text, String where) {
    List<String> lines =
        new ArrayList<>((text.startsWith("\ufeff") ? text.substring(1) : text).lines().toList());
    lines.add(ALWAYS);
    for (String line : lines) {
      String rule = line.strip();
      if (!rule.isEmpty() && !rule.startsWith("#")) {
        rules.add(rule(rule, where));
      }
    }
  }

  /**
   * Returns whether Helm ignores a path.
   *
   * @param path relative to the chart
   */
  boolean ignores(String path, boolean directory) {
    return rules.stream().anyMatch(rule -> rule.leavesOut(path, directory));
  }

  private static Rule rule(String text, String where) {
    if (text.contains("**")) {
      throw invalid(text, where, "Helm knows no '**'");
    }
    boolean negated = text.startsWith("!");
    String rule = negated ? text.substring(1) : text;
    boolean directories = rule.endsWith("/");
    if (directories) {
      rule = rule.substring(0, rule.length() - 1);
    }
    try {
      boolean wholePath = rule.contains("/");
      GoPattern pattern = new GoPattern(rule.startsWith("/") ? rule.substring(1) : rule);
      return new Rule(
          path -> pattern.matches(wholePath ? path : path.substring(path.lastIndexOf('/') + 1)),
          negated,
          directories);
    } catch (IllegalArgumentException e) {
      throw invalid(text, where, String.valueOf(e.getMessage()));
    }
  }

  private static RefusedException invalid(String rule, String where, String problem) {
    return new RefusedException(
        SourceFailure.INVALID_HELMIGNORE,
        "Helm refuses the rule '%s' in '%s': %s".formatted(rule, where, problem));
  }
}
