package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.ApplicationName;
import java.util.List;

/**
 * Problem in the fleet's documents, with its place.
 *
 * @param rule the kind of problem
 * @param file relative to the fleet's directory; the directory itself if it is about all files; of
 *     a FleetInclude {@code REPOSITORY//PATH}
 * @param line counted from 1; 0 if it is about the whole file
 * @param column in code points, counted from 1; 0 if it is about the whole file or line
 * @param field such as {@code spec.sources[0].path}; empty if it is about the whole document
 * @param message what is wrong, and what to write instead
 */
public record FleetProblem(
    FleetRule rule, String file, int line, int column, String field, String message) {

  /** Returns a problem of a whole file. */
  static FleetProblem of(FleetRule rule, String file, String message) {
    return new FleetProblem(rule, file, 0, 0, "", message);
  }

  /** Returns whether it is about the directory or a file that a FleetInclude reads. */
  public boolean isIncluded() {
    return file.contains("//");
  }

  /** Returns it with the generated applications that have it. */
  FleetProblem of(List<ApplicationName> applications) {
    String others =
        applications.size() == 1 ? "" : ", and %d more".formatted(applications.size() - 1);
    return new FleetProblem(
        rule,
        file,
        line,
        column,
        field,
        "%s (application %s%s)".formatted(message, applications.getFirst(), others));
  }

  /** Returns it as compilers do: {@code web.yaml:12:7: spec.sources[0].path: message}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line);
    }
    if (column > 0) {
      text.append(':').append(column);
    }
    if (!field.isEmpty()) {
      text.append(": ").append(field);
    }
    return text.append(": ").append(message).toString();
  }
}
