package dev.sluice.platform.config;

/**
 * One problem with the configuration.
 *
 * @param where the option, variable, or file and key
 * @param expectation what is wrong and what was expected
 */
public record ConfigurationProblem(String where, String expectation) {
  @Override
  public String toString() {
    return where + ": " + expectation;
  }
}
