package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import dev.sluice.standalone.client.output.CommandWord;
import dev.sluice.standalone.client.output.DefinitionChanges;
import dev.sluice.standalone.client.output.Failures;
import dev.sluice.standalone.client.output.Observations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "history",
    description =
        "Lists the generations of an application, newest first, why those that failed did, and what"
            + " was observed of each: its health, who changed its objects, and when they were put"
            + " back. Below are the changes of its definition, with the file of the fleet and who"
            + " changed it.")
final class HistoryVerb extends Verb {

  static final List<Column> GENERATIONS =
      List.of(
          Column.of("GENERATION", Shape.FIXED, "/generation"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.commit("COMMIT", "/commit"),
          Column.of("OUTCOME", Shape.STATE, "/outcome"),
          Column.age("AGE", "/outcomeAt"),
          Column.wide("DISPATCHED", "/steps/dispatched"),
          Column.wide("APPLIED", "/steps/applied"),
          Column.of("HEALTH", Shape.STATE, "/health/value"),
          Column.of("ACTOR", "/actor"),
          Column.of("REASON", "/reason"),
          Column.wide("SUPERSEDED BY", "/supersededBy"),
          Column.wide("ATTEMPTS", "/attempts"),
          Column.wide("CAUSE", "/failure/code"),
          Column.wide("RENDERED BY", "/renderer"),
          Column.wide("MESSAGE", "/message"));
  private static final List<Column> VERSIONS =
      List.of(
          Column.of("GENERATION", Shape.FIXED, "/generation"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.commit("COMMIT", "/commit"),
          Column.of(
              "VERSION",
              Shape.TEXT,
              one ->
                  one.path("versions")
                      .valueStream()
                      .map(JsonNode::asText)
                      .collect(Collectors.joining(", "))));
  private static final List<Column> OBSERVATIONS =
      List.of(
          Column.age("AGE", "/at"),
          Column.wide("OBSERVED", "/at"),
          Column.of("GENERATION", Shape.FIXED, "/generation"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.of("EVENT", Shape.STATE, "/type"),
          Column.of("OBJECT", "/object"),
          Column.of("BY", "/by"),
          Column.of("AFTER", Shape.FIXED, one -> Observations.duration(one.path("after"))),
          Column.of("WHAT", Shape.TEXT, "/detail"));

  private static final List<Column> DEFINITIONS =
      List.of(
          Column.age("AGE", "/at"),
          Column.wide("ACCEPTED", "/at"),
          Column.of("GENERATIONS", Shape.TEXT, "/generations"),
          Column.of("FILE", Shape.KEY, "/file"),
          Column.of("BY", "/by"),
          Column.wide("IN COMMIT", "/commit"),
          Column.wide("REQUEST", "/request"),
          Column.of("CHANGE", Shape.TEXT, "/change"));

  @Parameters(paramLabel = "APP", description = "name of the application")
  private String application = "";

  @Option(
      names = "--cluster",
      paramLabel = "GLOB",
      description = "only in these clusters; may be repeated")
  private List<String> clusters = new ArrayList<>();

  @Option(names = "--limit", paramLabel = "N", description = "how many at most (default: 50)")
  private int limit = 50;

  HistoryVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    List<JsonNode> generations =
        api.all(
            "/api/v1/applications/%s/history".formatted(Api.encoded(application)),
            new Query().with("cluster", clusters),
            limit);
    printer.list(
        printer.isTable()
            ? CommandWord.inReasons(generations, commands(api, generations))
            : generations,
        GENERATIONS);
    versions(generations, printer);
    failures(generations, printer);
    List<JsonNode> observed = generations.stream().flatMap(Observations::of).toList();
    if (printer.isTable() && !observed.isEmpty()) {
      printer.line("");
      printer.list(observed, OBSERVATIONS);
    }
    definitions(api, generations, printer);
    return generations.isEmpty()
        ? new Existence(api, printer)
            .applications(List.of(application), generations)
            .clusters(clusters)
            .code()
        : 0;
  }

  /** Returns the commands that may have caused the generations. */
  private List<JsonNode> commands(Api api, List<JsonNode> generations) {
    if (generations.stream().noneMatch(CommandWord::isCause)) {
      return List.of();
    }
    api.renew();
    return api.all(
        "/api/v1/commands",
        new Query().with("application", Optional.of(application)),
        Integer.MAX_VALUE);
  }

  /** Prints what revisions of the fleet changed in the definition, and who changed it. */
  private void definitions(Api api, List<JsonNode> generations, Printer printer) {
    if (!printer.isTable() || generations.isEmpty()) {
      return;
    }
    api.renew();
    List<JsonNode> changes =
        api.all(
            "/api/v1/changes", new Query().with("application", Optional.of(application)), limit);
    List<JsonNode> rows = DefinitionChanges.rows(FleetRequests.in(changes, api), generations);
    if (!rows.isEmpty()) {
      printer.line("");
      printer.list(rows, DEFINITIONS);
    }
  }

  /** Prints the tags that ranges of versions had chosen below the list of generations. */
  static void versions(List<JsonNode> generations, Printer printer) {
    List<JsonNode> chosen =
        generations.stream().filter(one -> !one.path("versions").isEmpty()).toList();
    if (printer.isTable() && !chosen.isEmpty()) {
      printer.line("");
      printer.list(chosen, VERSIONS);
    }
  }

  /** Prints the failures of generations below their list. */
  static void failures(List<JsonNode> generations, Printer printer) {
    List<JsonNode> failed = Failures.of(generations);
    if (printer.isTable() && !failed.isEmpty()) {
      printer.line("");
      printer.list(failed, Failures.COLUMNS);
    }
  }
}
