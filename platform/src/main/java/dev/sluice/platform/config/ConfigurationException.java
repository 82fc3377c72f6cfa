package dev.sluice.platform.config;

import java.util.List;

/** The configuration is invalid; carries all problems, not only the first. */
public final class ConfigurationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public ConfigurationException(List<Problem> problems) {
    super(String.join(System.lineSeparator(), problems.stream().map(Problem::toString).toList()));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }

  /**
   * One problem with the configuration.
   *
   * @param where the option, variable, or file and key
   * @param expectation what is wrong and what was expected
   */
  public record Problem(String where, String expectation) {
    @Override
    public String toString() {
      return where + ": " + expectation;
    }
  }
}
