package dev.sluice.contract.name;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Rules for texts from repositories that become arguments of {@code kustomize} or {@code helm}. No
 * accepted text begins with '-' (it would be an option), has a comma or quote where an option takes
 * several values, or has control characters.
 *
 * <p>The dispatcher checks before it writes a target. The worker checks again before it starts a
 * program, because others may be able to write to the topic.
 */
public enum ProgramArgument {
  /** Helm's own rule for release names. */
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

  /** A file's path; {@code Walk} and the sandbox check that it stays inside the inputs. */
  FILE(
      "(?!-)[^\\p{Cntrl},\"'`\\\\{}\\u0085\\u2028\\u2029]{1,4096}",
      "a path without '-' in front, commas, quotes, braces, '\\' and control characters");

  private final Pattern pattern;
  private final String rule;

  ProgramArgument(String pattern, String rule) {
    this.pattern = Pattern.compile(pattern);
    this.rule = rule;
  }

  /** Returns whether a text may be an argument. */
  public boolean accepts(String text) {
    return pattern.matcher(text).matches();
  }

  /** Returns a description of the accepted texts that completes "must be". */
  public String rule() {
    return rule;
  }

  /** Returns the problem with a text, to be appended to a field's name; never contains the text. */
  public Optional<String> problem(String text) {
    return accepts(text) ? Optional.empty() : Optional.of("must be " + rule);
  }
}
