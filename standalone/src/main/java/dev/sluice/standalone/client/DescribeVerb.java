package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.Printer.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "describe",
    description = "Shows an application: sources, clusters, dead letters and last commands.")
final class DescribeVerb extends Verb {

  static final List<Column> COMMANDS =
      List.of(
          Column.of("AT", "/at"),
          new Column("COMMAND", false, CommandVerbs::verb),
          Column.of("BY", "/by"),
          Column.of("REASON", "/reason"),
          Column.of("ACCEPTED", "/accepted"),
          Column.of("ANSWER", "/message"),
          Column.wide("ID", "/id"));

  @Parameters(paramLabel = "APP", description = "name of the application")
  private String application = "";

  DescribeVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    JsonNode detail = api.get("/api/v1/applications/" + Api.encoded(application), new Query());
    if (printer.isRaw()) {
      printer.raw(detail);
      return 0;
    }
    printer.line("application  " + application);
    printer.line("fleet        " + detail.get("fleetRevision").asText());
    detail
        .at("/definition/sources")
        .forEach(
            source ->
                printer.line(
                    "source       %s %s %s"
                        .formatted(
                            source.get("repository").asText(),
                            source.get("ref").asText(),
                            source.get("path").asText())));
    renderers(items(detail, "clusters"))
        .forEach(
            (renderer, clusters) ->
                printer.line(
                    "rendered by  %s (%s)".formatted(renderer, String.join(", ", clusters))));
    printer.line("");
    printer.list(items(detail, "clusters"), GetVerb.APPLICATIONS);
    section(printer, items(detail, "deadLetters"), GetVerb.DEAD_LETTERS);
    section(printer, items(detail, "commands"), COMMANDS);
    return 0;
  }

  /** Returns the clusters by the renderer of what they hold. */
  private static Map<String, List<String>> renderers(List<JsonNode> clusters) {
    Map<String, List<String>> renderers = new TreeMap<>();
    for (JsonNode cluster : clusters) {
      JsonNode renderer = cluster.at("/applied/renderer");
      if (renderer.isTextual()) {
        renderers
            .computeIfAbsent(renderer.asText(), name -> new ArrayList<>())
            .add(cluster.get("cluster").asText());
      }
    }
    return renderers;
  }

  private static void section(Printer printer, List<JsonNode> items, List<Column> columns) {
    if (!items.isEmpty()) {
      printer.line("");
      printer.list(items, columns);
    }
  }

  private static List<JsonNode> items(JsonNode detail, String name) {
    List<JsonNode> items = new ArrayList<>();
    detail.get(name).forEach(items::add);
    return items;
  }
}
