package dev.sluice.platform.config;

import java.util.List;

/** The configuration is invalid; carries all problems, not only the first. */
public final class ConfigurationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<ConfigurationProblem> problems;

  public ConfigurationException(List<ConfigurationProblem> problems) {
    super(
        String.join(
            System.lineSeparator(),
            problems.stream().map(ConfigurationProblem::toString).toList()));
    this.problems = List.copyOf(problems);
  }

  public List<ConfigurationProblem> problems() {
    return problems;
  }
}
