package dev.sluice.standalone.client;

import static dev.sluice.standalone.client.Printer.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "trace",
    description =
        "Shows where an object comes from: its generation, file, commit, merge request and webhook"
            + " delivery, the time of each step, and who last changed it in the cluster.")
final class TraceVerb extends Verb {

  @Parameters(
      paramLabel = "KIND/NAME",
      description = "the object, such as Deployment/website, deployments/website or deploy/website")
  private String object = "";

  @Option(
      names = {"-n", "--namespace"},
      description = "the object's namespace")
  private Optional<String> namespace = Optional.empty();

  @Option(names = "--cluster", required = true, description = "the object's cluster")
  private String cluster = "";

  TraceVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    int slash = object.indexOf('/');
    if (slash < 1 || slash == object.length() - 1) {
      throw new ExitException(2, "expected KIND/NAME, such as deploy/website");
    }
    JsonNode trace =
        api.get(
            "/api/v1/trace",
            new Query()
                .with("cluster", Optional.of(cluster))
                .with("kind", Optional.of(object.substring(0, slash)))
                .with("name", Optional.of(object.substring(slash + 1)))
                .with("namespace", namespace));
    if (printer.isRaw()) {
      printer.raw(trace);
      return 0;
    }
    if (printer.isName()) {
      printer.line(
          "%s/%s"
              .formatted(
                  trace.at("/object/kind").asText().toLowerCase(Locale.ROOT),
                  trace.at("/object/name").asText()));
      return 0;
    }
    print(trace, printer);
    return 0;
  }

  private static void print(JsonNode trace, Printer printer) {
    JsonNode seen = trace.get("object");
    JsonNode generation = trace.get("generation");
    printer.line(
        "object       %s %s/%s in %s, %s %s"
            .formatted(
                text(seen.get("kind")),
                text(seen.get("namespace")),
                text(seen.get("name")),
                text(seen.get("cluster")),
                text(seen.get("action")).toLowerCase(Locale.ROOT),
                text(seen.get("at"))));
    printer.line(
        "application  %s, generation %s, %s"
            .formatted(
                text(generation.get("application")),
                text(generation.get("generation")),
                text(generation.get("outcome"))));
    trace.get("sources").forEach(path -> printer.line("source       " + path.asText()));
    printer.line("changed by   " + text(generation.at("/reason")));
    printer.line("commit       " + text(generation.at("/commit")));
    trace
        .get("merges")
        .forEach(
            merge ->
                printer.line(
                    "merge        #%s %s, merged by %s (author %s) %s"
                        .formatted(
                            text(merge.at("/merge/number")),
                            text(merge.at("/title")),
                            text(merge.at("/merge/mergedBy")),
                            text(merge.at("/merge/author")),
                            text(merge.at("/merge/url")))));
    trace
        .get("changes")
        .forEach(
            change ->
                printer.line(
                    "change       %s, %s %s by %s"
                        .formatted(
                            text(change.at("/type")),
                            text(change.at("/origin")),
                            text(change.at("/delivery")),
                            text(change.at("/actor")))));
    generation
        .get("steps")
        .properties()
        .forEach(
            step -> printer.line("%-13s%s".formatted(step.getKey(), step.getValue().asText())));
    observed(trace.path("lastDrift"), printer);
    observed(trace.path("lastHeal"), printer);
  }

  /** Prints the last drift or heal of the object. */
  private static void observed(JsonNode observation, Printer printer) {
    if (observation.isObject()) {
      printer.line(
          "%-13s%s, %s%s%s"
              .formatted(
                  observation.get("type").asText(),
                  observation.get("at").asText(),
                  observation.get("detail").asText(),
                  observation.hasNonNull("by") ? " by " + observation.get("by").asText() : "",
                  observation.hasNonNull("after")
                      ? " within " + Observations.duration(observation.get("after"))
                      : ""));
    }
  }
}
