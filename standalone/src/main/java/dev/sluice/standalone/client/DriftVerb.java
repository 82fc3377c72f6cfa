package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Observations;
import dev.sluice.standalone.client.output.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "drift",
    description =
        "Shows how live objects differ from what was applied, who changed them and when, as the"
            + " workers' watches see it. Exits with 0 if nothing differs, with 1 if something does,"
            + " and with 6 if a worker has not reported.")
final class DriftVerb extends Verb {

  private static final int DIFFERS = 1;

  @Parameters(paramLabel = "APP", arity = "0..*", description = "names or globs (default: all)")
  private List<String> applications = new ArrayList<>();

  @Option(
      names = "--cluster",
      paramLabel = "GLOB",
      description = "only in these clusters; may be repeated")
  private List<String> clusters = new ArrayList<>();

  DriftVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    List<JsonNode> statuses = all(api, "/api/v1/applications");
    if (statuses.isEmpty()) {
      throw new ExitException(ExitException.INCOMPARABLE, "there is no such application");
    }
    List<JsonNode> drifts = all(api, "/api/v1/drift");
    if (printer.isTable()) {
      for (JsonNode drift : drifts) {
        print(drift, printer);
        statuses.stream()
            .filter(status -> place(status).equals(place(drift)))
            .forEach(status -> printWhyNotHealed(drift, status, printer));
      }
    } else if (printer.isRaw()) {
      printer.raw(Json.mapper().valueToTree(drifts));
    } else {
      drifts.stream()
          .map(drift -> drift.get("application").asText())
          .distinct()
          .forEach(printer::line);
    }
    List<JsonNode> unseen = statuses.stream().filter(DriftVerb::isUnseen).toList();
    unseen.forEach(
        status ->
            printer.message(
                "%s: drift is unknown: %s"
                    .formatted(place(status), status.at("/health/reason").asText())));
    int missing = new Existence(api, printer).applications(applications, statuses).code();
    return !drifts.isEmpty()
        ? DIFFERS
        : unseen.isEmpty() && missing == 0 ? 0 : ExitException.INCOMPARABLE;
  }

  private List<JsonNode> all(Api api, String path) {
    try {
      return api.all(
          path,
          new Query().with("application", applications).with("cluster", clusters),
          Integer.MAX_VALUE);
    } catch (ExitException e) {
      throw e.code() == DIFFERS ? new ExitException(ExitException.INCOMPARABLE, e.getMessage()) : e;
    }
  }

  /** Whether nothing has been reported of what the cluster holds, which may differ unseen. */
  private static boolean isUnseen(JsonNode status) {
    return status.hasNonNull("applied") && !status.at("/health/objects").isNumber();
  }

  private static void print(JsonNode item, Printer printer) {
    JsonNode drift = item.get("drift");
    for (JsonNode object : drift.get("objects")) {
      printer.after(
          "--- ",
          "%s: %s, generation %s, commit %s"
              .formatted(
                  place(item),
                  Observations.name(object.get("object")),
                  item.get("generation").asText(),
                  abbreviated(item.path("commit"))));
      printer.after(
          "+++ ",
          "%s%s, seen %s"
              .formatted(
                  object.get("kind").asText().toLowerCase(Locale.ROOT).replace('_', ' '),
                  writers(object.get("writers"), printer.times()),
                  printer.times().ago(object.get("since"))));
      for (JsonNode field : object.get("fields")) {
        side("-", field, "wanted", printer);
        side("+", field, "live", printer);
      }
    }
    if (drift.get("omitted").asInt() > 0) {
      printer.message(
          "%s: further objects that differ: %s"
              .formatted(place(item), drift.get("omitted").asText()));
    }
    for (JsonNode contended : drift.get("contended")) {
      printer.message(
          "%s: %s is contended%s: heals needed within %s: %s; the next one waits %s"
              .formatted(
                  place(item),
                  Observations.name(contended.get("object")),
                  writers(contended.get("writers"), printer.times()),
                  Observations.duration(contended.get("within")),
                  contended.get("heals").asText(),
                  Observations.duration(contended.get("pause"))));
    }
  }

  private static String abbreviated(JsonNode commit) {
    return Column.abbreviated(Column.text(commit));
  }

  private static void printWhyNotHealed(JsonNode item, JsonNode status, Printer printer) {
    if (status.at("/held/what").asText().equals("suspended")) {
      printer.message(
          "%s: not healed while it is suspended: %s"
              .formatted(place(item), status.at("/held/release").asText()));
    } else if (!item.at("/drift/heals").asBoolean()) {
      printer.message(
          "%s: not healed by itself: sluice sync %s --force --cluster %s puts the objects back"
              .formatted(
                  place(item), item.get("application").asText(), item.get("cluster").asText()));
    }
  }

  private static void side(String sign, JsonNode field, String side, Printer printer) {
    if (field.hasNonNull(side)) {
      printer.line(
          "%s%s: %s".formatted(sign, field.get("path").asText(), field.get(side).asText()));
    }
  }

  /** Returns who wrote, such as {@code by kubectl (Update scale) 5m ago}. */
  private static String writers(JsonNode writers, Times times) {
    List<String> all = new ArrayList<>();
    for (JsonNode writer : writers) {
      all.add(
          "%s (%s%s)%s"
              .formatted(
                  writer.get("manager").asText(),
                  writer.get("operation").asText(),
                  writer.hasNonNull("subresource") ? " " + writer.get("subresource").asText() : "",
                  writer.hasNonNull("at") ? " " + times.ago(writer.get("at")) : ""));
    }
    return all.isEmpty() ? "" : " by " + String.join(", ", all);
  }

  private static String place(JsonNode item) {
    return item.get("application").asText() + " in " + item.get("cluster").asText();
  }
}
