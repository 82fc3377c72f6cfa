package dev.sluice.contract.name;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a text from a repository must be before it becomes an argument of {@code kustomize} or
 * {@code helm}. None begins with '-', which would make it an option; none has a comma or quote,
 * where an option takes several values; none has control characters.
 *
 * <p>The dispatcher checks before it writes a target, and the worker again before it starts a
 * program, since a topic may be written by others than dispatchers.
 */
public enum ProgramArgument {
  /** Helm's own rule for the name of a release. */
  RELEASE_NAME(
      "(?=.{1,53}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
      "at most 53 lower-case letters, digits, '-' and '.', with a letter or digit at both ends"),

  CHART_NAME(
      "[A-Za-z0-9][A-Za-z0-9._-]{0,127}",
      "letters, digits, '.', '_' and '-', with a letter or digit in front"),

  /** An exact version, or a range. */
  CHART_VERSION(
      "[0-9A-Za-z^~<>=*|][0-9A-Za-z.+_^~<>=*| -]{0,127}",
      "a version, such as 1.2.3, or a range without commas"),

  CHART_REPOSITORY(
      "(https?|oci)://[^\\s\\p{Cntrl},\"'{}\\\\]{1,2000}",
      "a URL that begins with https:// or oci://"),

  NAMESPACE(
      "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
      "a DNS label: lower-case letters, digits and '-', at most 63, no '-' at either end"),

  KUBE_VERSION(
      "v?[0-9]{1,9}\\.[0-9]{1,9}(\\.[0-9]{1,9})?([-+][0-9A-Za-z.+_-]{1,100})?",
      "a Kubernetes version, such as 1.32 or v1.32.0"),

  API_VERSION(
      "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(/[A-Za-z0-9]{1,100}){0,2}",
      "GROUP/VERSION or GROUP/VERSION/KIND"),

  /** Where it leads is checked elsewhere. */
  FILE(
      "(?!-)[^\\p{Cntrl},\"'`\\\\{}\\u0085\\u2028\\u2029]{1,4096}",
      "a path without '-' in front, commas, quotes, braces, '\\' and control characters");

  private final Pattern pattern;
  private final String rule;

  ProgramArgument(String pattern, String rule) {
    this.pattern = Pattern.compile(pattern);
    this.rule = rule;
  }

  /** Whether a text may be passed on. */
  public boolean accepts(String text) {
    return pattern.matcher(text).matches();
  }

  /** Describes what is accepted, to follow "must be". */
  public String rule() {
    return rule;
  }

  /** Returns what is wrong with a text, to follow its name; never the text itself. */
  public Optional<String> problem(String text) {
    return accepts(text) ? Optional.empty() : Optional.of("must be " + rule);
  }
}
