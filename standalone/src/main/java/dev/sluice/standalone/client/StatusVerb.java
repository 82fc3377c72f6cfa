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
    if (printer.isName()) {
      return 0;
    }
    printer.line("");
    List<JsonNode> parts = new ArrayList<>();
    status.path("parts").forEach(parts::add);
    if (printer.isTable() && !parts.isEmpty()) {
      parts(printer, parts);
    }
    for (JsonNode ref : status.path("unreadable")) {
      printer.line(
          "fault  %s: %s %s: %s"
              .formatted(
                  ref.get("code").asText(),
                  ref.get("repository").asText(),
                  ref.get("ref").asText(),
                  ref.get("reason").asText()));
    }
    WebhookChecks.unfollowed(api).ifPresent(text -> printer.line("warning  " + text));
    JsonNode letters = status.get("deadLetters");
    printer.line("dead letters  " + (letters.isEmpty() ? "none" : counts(letters)));
    return 0;
  }

  private static void parts(Printer printer, List<JsonNode> parts) {
    printer.list(
        parts,
        List.of(
            Column.of("PART", "/part"),
            Column.of("CLUSTER", "/cluster"),
            Column.of("STATE", "/state"),
            new Column("CONDITIONS", false, StatusVerb::conditions),
            Column.wide("INSTANCE", "/instance"),
            Column.wide("LAST SEEN", "/lastSeenAt")));
    for (JsonNode part : parts) {
      for (JsonNode condition : part.get("conditions")) {
        printer.line(
            "%s  %s: %s"
                .formatted(
                    condition.get("severity").asText(),
                    condition.get("code").asText(),
                    condition.get("message").asText()));
      }
    }
    printer.line("");
  }

  private static String conditions(JsonNode part) {
    return part.get("conditions").isEmpty()
        ? "-"
        : part.get("conditions")
            .valueStream()
            .map(condition -> condition.get("code").asText())
            .distinct()
            .collect(Collectors.joining(", "));
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
