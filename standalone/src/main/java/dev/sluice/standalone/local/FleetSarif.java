package dev.sluice.standalone.local;

import dev.sluice.dispatcher.fleet.FleetProblem;
import dev.sluice.dispatcher.fleet.FleetRule;
import dev.sluice.standalone.cli.ProgramVersion;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Problems of a fleet as a SARIF log (OASIS Static Analysis Results Interchange Format 2.1.0), with
 * the properties that GitHub's code scanning requires.
 */
final class FleetSarif {

  private static final String VERSION = "2.1.0";
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  private FleetSarif() {}

  /**
   * Returns the log.
   *
   * @param problems with files relative to the working directory, or absolute
   */
  static Map<String, Object> of(List<FleetProblem> problems) {
    Map<String, Object> driver =
        Map.of(
            "name",
            "sluice validate",
            "version",
            ProgramVersion.text(),
            "rules",
            Stream.of(FleetRule.values()).map(FleetSarif::rule).toList());
    Map<String, Object> run =
        Map.of(
            "tool",
            Map.of("driver", driver),
            "columnKind",
            "unicodeCodePoints",
            "results",
            problems.stream().map(FleetSarif::result).toList());
    return Map.of("$schema", SCHEMA, "version", VERSION, "runs", List.of(run));
  }

  private static Map<String, Object> rule(FleetRule rule) {
    return Map.of(
        "id",
        rule.id(),
        "shortDescription",
        Map.of("text", rule.title()),
        "fullDescription",
        Map.of("text", rule.title() + "."),
        "help",
        Map.of("text", rule.help()),
        "defaultConfiguration",
        Map.of("level", "error"));
  }

  private static Map<String, Object> result(FleetProblem problem) {
    String message =
        problem.field().isEmpty() ? problem.message() : problem.field() + ": " + problem.message();
    Map<String, Object> place =
        Map.of("artifactLocation", Map.of("uri", uri(problem.file())), "region", region(problem));
    return Map.of(
        "ruleId",
        problem.rule().id(),
        "level",
        "error",
        "message",
        Map.of("text", message),
        "locations",
        List.of(Map.of("physicalLocation", place)));
  }

  /** Returns the start of a problem; one of a whole file is shown at its first line. */
  private static Map<String, Object> region(FleetProblem problem) {
    Map<String, Object> region = new LinkedHashMap<>();
    region.put("startLine", Math.max(1, problem.line()));
    if (problem.column() > 0) {
      region.put("startColumn", problem.column());
    }
    return region;
  }

  /** Returns a file below the working directory, which CI has at the checkout's root, by it. */
  private static String uri(String file) {
    URI root = Path.of("").toAbsolutePath().toUri();
    URI uri = root.relativize(Path.of(file).toAbsolutePath().normalize().toUri());
    String relative = uri.toString();
    // RFC 3986, section 4.2: the first segment must not be taken for a scheme
    boolean needsDot = relative.isEmpty() || relative.split("/", 2)[0].contains(":");
    return needsDot && !uri.isAbsolute() ? "./" + relative : relative;
  }
}
