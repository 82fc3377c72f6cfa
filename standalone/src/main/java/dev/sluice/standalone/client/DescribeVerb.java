package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.Printer.Column;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "describe",
    description = "Shows an application: sources, clusters, dead letters, last commands.")
final class DescribeVerb extends Verb {

  static final List<Column> COMMANDS =
      List.of(
          Column.of("AT", "/at"),
          Column.of("COMMAND", "/command/kind"),
          Column.of("BY", "/by"),
          Column.of("REASON", "/reason"),
          Column.of("ACCEPTED", "/accepted"),
          Column.of("ANSWER", "/message"),
          Column.wide("ID", "/id"));

  @Parameters(paramLabel = "APP", description = "its name")
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
    printer.line("");
    printer.list(items(detail, "clusters"), GetVerb.APPLICATIONS);
    part(printer, items(detail, "deadLetters"), GetVerb.DEAD_LETTERS);
    part(printer, items(detail, "commands"), COMMANDS);
    return 0;
  }

  private static void part(Printer printer, List<JsonNode> items, List<Column> columns) {
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
