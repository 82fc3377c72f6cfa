package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import dev.sluice.standalone.client.output.CommandWord;
import dev.sluice.standalone.client.output.DefinitionChanges;
import dev.sluice.standalone.client.output.Listings;
import dev.sluice.standalone.client.output.Observations;
import dev.sluice.standalone.client.output.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "describe",
    description =
        "Shows an application: sources, clusters, health, drift, holds, dead letters, and the last"
            + " generations and commands.")
final class DescribeVerb extends Verb {

  static final List<Column> COMMANDS =
      List.of(
          Column.age("AGE", "/at"),
          Column.wide("AT", "/at"),
          Column.of("COMMAND", Shape.FIXED, CommandWord::of),
          Column.of("BY", "/by"),
          Column.of("REASON", Shape.TEXT, "/reason"),
          Column.of("ACCEPTED", Shape.FIXED, "/accepted"),
          Column.of("ANSWER", Shape.TEXT, Listings::answer),
          Column.wide("ID", "/id"));

  private static final List<Column> OBJECTS =
      List.of(
          Column.of("OBJECT", "/name"),
          Column.of("CLUSTER", "/cluster"),
          Column.of("HEALTH", Shape.STATE, "/health"),
          Column.of("REASON", Shape.TEXT, "/reason"));

  /** The policy for generated values if the definition has none. */
  private static final String KEEP_LIVE = "keep-live";

  @Parameters(paramLabel = "APP", description = "name of the application")
  private String application = "";

  @Option(
      names = "--objects",
      description = "also list the live objects with their health, down to pods")
  private boolean objects;

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
    if (printer.isName()) {
      printer.line(application);
      return 0;
    }
    printer.fact("application", application);
    printer.facts(Problems.of(detail, printer.times()));
    printer.fact("fleet", detail.get("fleetRevision").asText());
    List<JsonNode> definition =
        api.all(
            "/api/v1/changes",
            new Query()
                .with("application", Optional.of(application))
                .with("type", Optional.of(EventType.DEFINITION_ACCEPTED.slug())),
            1);
    FleetRequests.in(definition, api)
        .forEach(change -> printer.facts(DefinitionChanges.files(change)));
    detail
        .at("/definition/sources")
        .forEach(
            source ->
                printer.fact(
                    "source",
                    "%s %s %s"
                        .formatted(
                            source.get("repository").asText(),
                            source.get("ref").asText(),
                            source.get("path").asText())));
    detail
        .at("/definition/dependsOn")
        .forEach(
            dependency ->
                printer.fact(
                    "depends on",
                    "%s in %s, %s"
                        .formatted(
                            dependency.get("application").asText(),
                            dependency.path("cluster").asText("the same cluster"),
                            dependency.get("health").asText())));
    sending(detail.at("/definition/sending"), printer);
    renderers(items(detail, "clusters"))
        .forEach(
            (renderer, clusters) ->
                printer.fact(
                    "rendered by", "%s (%s)".formatted(renderer, String.join(", ", clusters))));
    items(detail, "clusters").forEach(cluster -> explain(cluster, printer));
    items(detail, "clusters").forEach(cluster -> generated(detail, cluster, printer));
    printer.line("");
    printer.list(items(detail, "clusters"), Listings.APPLICATIONS);
    if (objects) {
      section(printer, tree(api, detail, printer), OBJECTS);
    }
    section(printer, items(detail, "deadLetters"), Listings.DEAD_LETTERS);
    section(
        printer,
        CommandWord.inReasons(items(detail, "generations"), items(detail, "commands")),
        HistoryVerb.GENERATIONS);
    HistoryVerb.versions(items(detail, "generations"), printer);
    HistoryVerb.failures(items(detail, "generations"), printer);
    section(printer, items(detail, "commands"), COMMANDS);
    return 0;
  }

  /** Prints when something new is sent. */
  private static void sending(JsonNode rules, Printer printer) {
    if (rules.path("manual").asBoolean()) {
      printer.fact("sync", "manual: sluice release sends new inputs");
    }
    for (JsonNode json : rules.path("windows")) {
      MaintenanceWindow window = Json.mapper().convertValue(json, MaintenanceWindow.class);
      printer.fact(
          "window",
          window
              + window
                  .clusters()
                  .map(
                      names ->
                          " (only %s)"
                              .formatted(
                                  names.stream()
                                      .map(ClusterName::value)
                                      .collect(Collectors.joining(", "))))
                  .orElse(""));
    }
  }

  /** Prints what holds the application in a cluster, and how its objects are. */
  private static void explain(JsonNode status, Printer printer) {
    String cluster = status.get("cluster").asText();
    JsonNode held = status.path("held");
    if (held.isObject()) {
      printer.states(
          "held",
          "%s: %s by %s %s (%s); released by: %s"
              .formatted(
                  cluster,
                  Listings.held(status),
                  held.get("by").asText(),
                  printer.times().ago(held.get("since")),
                  held.get("reason").asText(),
                  held.get("release").asText()));
    }
    JsonNode health = status.path("health");
    if (health.hasNonNull("reason") && !Problems.UNHEALTHY.contains(health.get("value").asText())) {
      printer.states(
          "health",
          "%s: %s %s: %s"
              .formatted(
                  cluster,
                  health.get("value").asText(),
                  printer.times().lasting(health.path("since")),
                  health.get("reason").asText()));
    }
    JsonNode drift = status.path("drift");
    if (drift.isObject()) {
      printer.states(
          "drift",
          "%s: objects that differ: %s, %s, changed by %s%s: sluice drift %s"
              .formatted(
                  cluster,
                  drift.get("objects").asText(),
                  printer.times().lasting(drift.get("since")),
                  Column.text(drift.path("by")),
                  drift.get("contended").asLong() > 0
                      ? "; contended: " + drift.get("contended").asText()
                      : "",
                  status.get("application").asText()));
    }
  }

  /**
   * Returns the objects as the workers see them now, each above those that it owns. For a cluster
   * whose worker does not answer, those that it reported last as not healthy.
   */
  private List<JsonNode> tree(Api api, JsonNode detail, Printer printer) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode status : detail.get("clusters")) {
      String cluster = status.get("cluster").asText();
      try {
        ObjectNode body =
            Json.mapper()
                .createObjectNode()
                .put("application", application)
                .put("cluster", cluster)
                .put("patienceSeconds", api.patienceSeconds());
        api.renew();
        JsonNode answer = api.post("/api/v1/objects", body, UUID.randomUUID().toString());
        if (answer.hasNonNull("failure")) {
          printer.message(cluster + ": " + answer.at("/failure/message").asText());
        }
        answer.get("unlisted").forEach(kind -> printer.message("not listed: " + kind.asText()));
        if (answer.get("omitted").asInt() > 0) {
          printer.message(cluster + ": further objects: " + answer.get("omitted").asText());
        }
        for (JsonNode object : answer.get("objects")) {
          ObjectNode row = object.deepCopy();
          row.put("cluster", cluster);
          row.put(
              "name",
              "  ".repeat(object.get("depth").asInt()) + Observations.name(object.get("object")));
          rows.add(row);
        }
      } catch (ExitException e) {
        printer.message(cluster + ": the objects that were reported last: " + e.getMessage());
        rows.addAll(unhealthy(detail, cluster));
      }
    }
    return rows;
  }

  /** Returns the objects of a cluster that were not healthy when last reported, the worst first. */
  private static List<JsonNode> unhealthy(JsonNode detail, String name) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode cluster : detail.get("health")) {
      if (!cluster.get("cluster").asText().equals(name)) {
        continue;
      }
      for (JsonNode object : cluster.at("/observed/unhealthy")) {
        ObjectNode row = object.deepCopy();
        row.set("cluster", cluster.get("cluster"));
        row.put("name", Observations.name(object.get("object")));
        List<String> reasons = new ArrayList<>(List.of(object.get("reason").asText()));
        object.get("details").forEach(line -> reasons.add(line.asText()));
        row.put("reason", String.join("; ", reasons));
        rows.add(row);
      }
    }
    return rows;
  }

  /** Prints the fields of a cluster's objects whose values differ at each rendering. */
  private static void generated(JsonNode detail, JsonNode cluster, Printer printer) {
    JsonNode fields = cluster.at("/applied/generated");
    if (!fields.isEmpty()) {
      String policy = detail.at("/definition/spec/policy/generatedValues").asText(KEEP_LIVE);
      printer.fact(
          "generated",
          "%d fields differ at each rendering (%s), policy %s: %s"
              .formatted(
                  fields.size(),
                  cluster.get("cluster").asText(),
                  policy,
                  policy.equals(KEEP_LIVE)
                      ? "their live values stay"
                      : "each new generation changes them"));
      fields.forEach(field -> printer.fact("", field.asText()));
    }
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
    detail.path(name).forEach(items::add);
    return items;
  }
}
