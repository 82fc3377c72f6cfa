package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import dev.sluice.standalone.client.output.Reservations;
import dev.sluice.standalone.client.output.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  /** The obstacles in the answer say it already. */
  @Override
  boolean warnsOfLimits() {
    return false;
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
            Column.of("CLUSTER", Shape.KEY, "/cluster"),
            Column.of("APPLICATIONS", Shape.FIXED, "/applications"),
            Column.of("SYNC", Shape.STATE, cluster -> counts(cluster.get("sync"))),
            Column.of("HEALTH", Shape.STATE, cluster -> counts(cluster.get("health"))),
            Column.of("HELD", Shape.STATE, cluster -> counts(cluster.get("held"))),
            Column.of("BEHIND", Shape.FIXED, cluster -> number(cluster.get("behind"))),
            Column.wide("WORKER", "/worker"),
            Column.age("LAST RESULT", "/lastResultAt").onlyWide(),
            Column.wide("LAST RESULT AT", "/lastResultAt")));
    if (printer.isName()) {
      return 0;
    }
    printer.line("");
    List<JsonNode> parts = new ArrayList<>();
    status.path("parts").forEach(parts::add);
    if (printer.isTable() && !parts.isEmpty()) {
      parts(printer, parts);
    }
    parts.forEach(part -> fleet(part).ifPresent(text -> printer.after("fleet  ", text)));
    for (JsonNode ref : status.path("unreadable")) {
      printer.after(
          "fault  ",
          "%s: %s %s: %s"
              .formatted(
                  ref.get("code").asText(),
                  ref.get("repository").asText(),
                  ref.get("ref").asText(),
                  ref.get("reason").asText()));
    }
    WebhookChecks.unfollowed(api).ifPresent(text -> printer.after("warning  ", text));
    Reservations.sentence(status.path("knownSince"))
        .ifPresent(text -> printer.after("history  ", text));
    JsonNode letters = status.get("deadLetters");
    printer.after(
        "dead letters  ", letters.isEmpty() ? "none" : counts(letters).replace(Text.NO_BREAK, ' '));
    return 0;
  }

  /** Returns the address of a fleet in Git with the commit that was accepted last. */
  private static Optional<String> fleet(JsonNode part) {
    JsonNode fleet = part.path("fleet");
    if (!fleet.hasNonNull("repository")) {
      return Optional.empty();
    }
    return Optional.of(
        fleet.hasNonNull("commit")
            ? "%s at %s"
                .formatted(
                    fleet.get("location").asText(),
                    Column.abbreviated(fleet.get("commit").asText()))
            : fleet.get("location").asText() + ": no commit accepted yet");
  }

  private static void parts(Printer printer, List<JsonNode> parts) {
    printer.list(
        parts,
        List.of(
            Column.of("PART", "/part"),
            Column.of("CLUSTER", Shape.KEY, "/cluster"),
            Column.of("STATE", Shape.STATE, "/state"),
            Column.age("SEEN", "/lastSeenAt"),
            Column.of("CONDITIONS", Shape.TEXT, StatusVerb::conditions),
            Column.wide("INSTANCE", "/instance"),
            Column.wide("LAST SEEN", "/lastSeenAt")));
    printer.line("");
    for (JsonNode part : parts) {
      for (JsonNode condition : part.get("conditions")) {
        printer.after(
            condition.get("severity").asText() + "  ",
            "%s: %s".formatted(condition.get("code").asText(), condition.get("message").asText()));
      }
    }
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
            .map(entry -> entry.getValue().asText() + Text.NO_BREAK + entry.getKey())
            .collect(Collectors.joining(", "));
  }
}
