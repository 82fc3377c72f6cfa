package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    description =
        "Shows what applying an application's newest target again would change in its clusters."
            + " Also shows the fields of other field managers that it would take over. Writes"
            + " nothing: the clusters' workers compare. Exits with 0 if nothing differs, with"
            + " 1 if something does, and with another code if it could not be compared.")
final class DiffVerb extends Verb {

  private static final int DIFFERS = 1;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final List<Column> FIELDS =
      List.of(
          Column.of("OBJECT", "/object"),
          Column.of("CLUSTER", "/cluster"),
          Column.of("WOULD BE", "/kind"),
          Column.of("FIELD", "/field"),
          Column.of("LIVE", Shape.TEXT, "/live"),
          Column.of("WANTED", Shape.TEXT, "/wanted"));

  private static final String TAKEN_OVER = "TAKEN_OVER";

  /** The number of fields that a table names of one manager and effect. */
  private static final int NAMED = 5;

  private static final List<Column> OWNERS =
      List.of(
          Column.of("OBJECT", "/object"),
          Column.of("CLUSTER", "/cluster"),
          Column.of("MANAGER", "/manager"),
          Column.age("LAST WRITE", "/at").onlyWide(),
          Column.wide("WRITTEN AT", "/at"),
          Column.of("AFTER APPLYING", "/effect"),
          Column.of("FIELDS", Shape.TEXT, "/fields"));

  @Parameters(paramLabel = "APP", description = "the application's name")
  private String application = "";

  @Option(
      names = "--cluster",
      paramLabel = "CLUSTER",
      description = "only in this cluster; may be repeated (default: all its clusters)")
  private List<String> clusters = new ArrayList<>();

  DiffVerb(Terminal terminal) {
    super(terminal);
  }

  /** A worker renders and compares, which takes longer than other answers. */
  @Override
  Duration answerLimit() {
    return timeout().orElse(LIMIT);
  }

  @Override
  int run(Api api, Printer printer) {
    List<JsonNode> answers = new ArrayList<>();
    for (String cluster : targets(api)) {
      ObjectNode body =
          Json.mapper()
              .createObjectNode()
              .put("application", application)
              .put("cluster", cluster)
              .put("patienceSeconds", api.patienceSeconds());
      api.renew();
      answers.add(compare(() -> api.post("/api/v1/diffs", body, UUID.randomUUID().toString())));
    }
    if (printer.isRaw()) {
      printer.raw(Json.mapper().valueToTree(answers));
    } else {
      List<JsonNode> rows = answers.stream().flatMap(one -> rows(one).stream()).toList();
      if (!rows.isEmpty()) {
        printer.list(rows, FIELDS);
      }
      List<JsonNode> owners =
          answers.stream().flatMap(one -> owners(one, printer.isWide()).stream()).toList();
      if (!owners.isEmpty() && printer.isTable()) {
        if (!rows.isEmpty()) {
          printer.line("");
        }
        printer.list(owners, OWNERS);
      }
    }
    return outcome(answers, printer);
  }

  private List<String> targets(Api api) {
    if (!clusters.isEmpty()) {
      return clusters;
    }
    JsonNode detail =
        compare(
            () ->
                api.find("/api/v1/applications/" + Api.encoded(application))
                    .orElseThrow(
                        () -> new ExitException(1, "there is no application " + application)));
    return detail
        .path("definition")
        .path("clusters")
        .valueStream()
        .map(cluster -> cluster.get("name").asText())
        .toList();
  }

  /** Calls the API; exit code 1 of a failed call becomes 6, since 1 means a difference here. */
  private static JsonNode compare(Supplier<JsonNode> question) {
    try {
      return question.get();
    } catch (ExitException e) {
      throw e.code() == DIFFERS ? new ExitException(ExitException.INCOMPARABLE, e.getMessage()) : e;
    }
  }

  private static int outcome(List<JsonNode> answers, Printer printer) {
    boolean differs = false;
    boolean failed = false;
    for (JsonNode answer : answers) {
      String cluster = answer.get("cluster").asText();
      JsonNode failure = answer.path("failure");
      if (failure.isObject()) {
        failed = true;
        printer.message(
            "%s: could not be compared: %s (%s)"
                .formatted(cluster, failure.get("message").asText(), failure.get("code").asText()));
        continue;
      }
      differs |= !answer.get("differences").isEmpty();
      String state =
          "%s: generation %s, ledger at %s"
              .formatted(
                  cluster,
                  Column.text(answer.path("generation")),
                  Column.text(answer.path("ledgerGeneration")));
      printer.message(answer.get("differences").isEmpty() ? state + ": no difference" : state);
      if (answer.get("omitted").asInt() > 0) {
        printer.message(
            "%s: %d objects more differ".formatted(cluster, answer.get("omitted").asInt()));
      }
      int kept = fieldsOfOthers(answer);
      if (kept > 0 && printer.isTable() && !printer.isWide()) {
        printer.message(
            "%s: other field managers keep or share %d fields: -o wide shows them"
                .formatted(cluster, kept));
      }
    }
    return failed ? ExitException.INCOMPARABLE : differs ? DIFFERS : 0;
  }

  private static List<JsonNode> rows(JsonNode answer) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode difference : answer.get("differences")) {
      ObjectNode row = row(answer, difference).put("kind", words(difference.get("kind")));
      if (difference.hasNonNull("message")) {
        rows.add(row.deepCopy().put("wanted", difference.get("message").asText()));
      } else if (difference.get("fields").isEmpty()) {
        rows.add(row);
      }
      for (JsonNode field : difference.get("fields")) {
        ObjectNode one = row.deepCopy().put("field", field.get("path").asText());
        one.set("live", field.path("live"));
        one.set("wanted", field.path("wanted"));
        rows.add(one);
      }
    }
    return rows;
  }

  /**
   * Returns the fields that other managers own, a row for each manager and effect.
   *
   * @param all whether those that applying leaves to their managers are shown too
   */
  private static List<JsonNode> owners(JsonNode answer, boolean all) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode owned : answer.at("/otherManagers/owned")) {
      if (all || owned.get("effect").asText().equals(TAKEN_OVER)) {
        ObjectNode row =
            row(answer, owned)
                .put("manager", owned.get("manager").asText())
                .put("effect", words(owned.get("effect")))
                .put("fields", fields(owned, all));
        row.set("at", owned.path("at"));
        rows.add(row);
      }
    }
    return rows;
  }

  private static String fields(JsonNode owned, boolean all) {
    List<String> names = owned.get("fields").valueStream().map(JsonNode::asText).toList();
    List<String> shown = all ? names : names.subList(0, Math.min(names.size(), NAMED));
    int more = names.size() - shown.size() + owned.get("omitted").asInt();
    return String.join(", ", shown) + (more > 0 ? " and %d more".formatted(more) : "");
  }

  /** Returns the number of fields that applying leaves to other managers. */
  private static int fieldsOfOthers(JsonNode answer) {
    return answer
        .at("/otherManagers/owned")
        .valueStream()
        .filter(owned -> !owned.get("effect").asText().equals(TAKEN_OVER))
        .mapToInt(owned -> owned.get("fields").size() + owned.get("omitted").asInt())
        .sum();
  }

  private static ObjectNode row(JsonNode answer, JsonNode item) {
    JsonNode ref = item.get("object");
    String namespace = ref.get("namespace").asText();
    return Json.mapper()
        .createObjectNode()
        .put(
            "object",
            "%s/%s%s"
                .formatted(
                    ref.get("kind").asText(),
                    namespace.isEmpty() ? "" : namespace + "/",
                    ref.get("name").asText()))
        .put("cluster", answer.get("cluster").asText());
  }

  private static String words(JsonNode constant) {
    return constant.asText().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
