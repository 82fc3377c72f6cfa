package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "history",
    description =
        "Lists the generations of an application, newest first, and what was observed of each: its"
            + " health, who changed its objects, and when they were put back.")
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
          Column.wide("ATTEMPTS", "/attempts"),
          Column.wide("RENDERED BY", "/renderer"),
          Column.wide("MESSAGE", "/message"));
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
    printer.list(generations, GENERATIONS);
    List<JsonNode> observed = generations.stream().flatMap(Observations::of).toList();
    if (printer.isTable() && !observed.isEmpty()) {
      printer.line("");
      printer.list(observed, OBSERVATIONS);
    }
    return generations.isEmpty()
        ? new Existence(api, printer)
            .applications(List.of(application), generations)
            .clusters(clusters)
            .code()
        : 0;
  }
}
