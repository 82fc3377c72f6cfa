package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.Printer.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;

@Command(
    name = "status",
    description =
        "Shows a summary of the fleet: applications of each cluster by state, health and holds, and"
            + " open dead letters.")
final class StatusVerb extends Verb {

  StatusVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    JsonNode status = api.get("/api/v1/status", new Query());
    status.get("obstacles").forEach(obstacle -> printer.message(obstacle.asText()));
    if (printer.isRaw()) {
      printer.raw(status);
      return 0;
    }
    List<JsonNode> clusters = new ArrayList<>();
    status.get("clusters").forEach(clusters::add);
    printer.list(
        clusters,
        List.of(
            Column.of("CLUSTER", "/cluster"),
            Column.of("APPLICATIONS", "/applications"),
            new Column("SYNC", false, cluster -> counts(cluster.get("sync"))),
            new Column("HEALTH", false, cluster -> counts(cluster.get("health"))),
            new Column("HELD", false, cluster -> counts(cluster.get("held"))),
            new Column("BEHIND", false, cluster -> number(cluster.get("behind"))),
            Column.wide("WORKER", "/worker"),
            Column.wide("LAST RESULT", "/lastResultAt")));
    printer.line("");
    JsonNode letters = status.get("deadLetters");
    printer.line("dead letters  " + (letters.isEmpty() ? "none" : counts(letters)));
    return 0;
  }

  private static String number(JsonNode number) {
    return number.asLong() == 0 ? "-" : number.asText();
  }

  private static String counts(JsonNode counts) {
    return counts.isEmpty()
        ? "-"
        : StreamSupport.stream(counts.properties().spliterator(), false)
            .map(entry -> entry.getValue().asText() + " " + entry.getKey())
            .collect(Collectors.joining(", "));
  }
}
