package dev.sluice.standalone.client;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.CommandWord;
import dev.sluice.standalone.client.output.Observations;
import dev.sluice.standalone.client.output.Timeline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "trace",
    description = {
      "Shows the way of a commit or of a webhook delivery into the clusters: push, merge request,"
          + " receipt, dispatch, and each cluster's attempts and outcome, in the order of time.",
      "With KIND/NAME, shows the same for the change that an object comes from, and who last"
          + " changed it in the cluster."
    })
final class TraceVerb extends Verb {

  @Parameters(
      paramLabel = "COMMIT|DELIVERY|KIND/NAME",
      description =
          "a commit id or its first seven digits or more, the forge's id of a delivery, or an"
              + " object, such as Deployment/website, deployments/website or deploy/website")
  private String traced = "";

  @Option(
      names = {"-n", "--namespace"},
      description = "the object's namespace")
  private Optional<String> namespace = Optional.empty();

  @Option(
      names = "--cluster",
      paramLabel = "CLUSTER",
      description = "the object's cluster; with a commit or delivery, only this cluster")
  private Optional<String> cluster = Optional.empty();

  TraceVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    int slash = traced.indexOf('/');
    if (slash >= 0) {
      if (slash == 0 || slash == traced.length() - 1) {
        throw new ExitException(2, "expected KIND/NAME, such as deploy/website");
      }
      return object(api, printer, traced.substring(0, slash), traced.substring(slash + 1));
    }
    if (namespace.isPresent()) {
      throw new ExitException(2, "--namespace is for objects: expected KIND/NAME");
    }
    ObjectNode answer =
        commit(api)
            .or(() -> delivery(api))
            .orElseThrow(
                () ->
                    new ExitException(
                        1,
                        "no commit and no delivery '%s' is known: give a commit id or its first"
                                .formatted(traced)
                            + " seven digits or more, the id of a delivery, or KIND/NAME"));
    if (printer.isRaw()) {
      printer.raw(answer);
    } else if (printer.isName()) {
      answer
          .get("affected")
          .valueStream()
          .map(one -> text(one.get("application")))
          .distinct()
          .forEach(printer::line);
    } else {
      print(api, answer, printer);
    }
    return 0;
  }

  /** Returns the changes with a commit, and the generations that were sent for it. */
  private Optional<ObjectNode> commit(Api api) {
    if (!traced.matches("[0-9a-fA-F]{7,64}")) {
      return Optional.empty();
    }
    return api.find("/api/v1/commits/" + CommitEffects.digits(traced))
        .map(
            found -> {
              ObjectNode answer =
                  answer(
                      found.get("changes").valueStream(),
                      found.path("commands").valueStream(),
                      found.get("affected").valueStream());
              if (found.has("reviews")) {
                answer.set("reviews", found.get("reviews"));
              }
              return answer.set("commit", found.get("commit"));
            });
  }

  /**
   * Returns the changes of a delivery with the merge requests of their commits, and the generations
   * that were sent for them, or for commands with these commits.
   */
  private Optional<ObjectNode> delivery(Api api) {
    List<JsonNode> delivered =
        api.all("/api/v1/changes", new Query().with("delivery", Optional.of(traced)), 100);
    if (delivered.isEmpty()) {
      return Optional.empty();
    }
    Map<String, JsonNode> changes = byId(delivered.stream());
    List<JsonNode> commits =
        delivered.stream()
            .map(change -> change.path("commit"))
            .filter(JsonNode::isTextual)
            .map(JsonNode::asText)
            .distinct()
            .flatMap(commit -> api.find("/api/v1/commits/" + commit).stream())
            .toList();
    Map<String, JsonNode> commands = byId(all(commits, "commands"));
    Map<String, JsonNode> affected = new LinkedHashMap<>();
    all(commits, "affected")
        .filter(
            one ->
                one.path("causes")
                    .valueStream()
                    .map(JsonNode::asText)
                    .anyMatch(id -> changes.containsKey(id) || commands.containsKey(id)))
        .forEach(one -> affected.put(place(one) + text(one.get("generation")), one));
    changes.putAll(byId(all(commits, "changes").filter(change -> change.path("merge").isObject())));
    ObjectNode answer =
        answer(changes.values().stream(), commands.values().stream(), affected.values().stream());
    answer.set("reviews", Json.mapper().valueToTree(all(commits, "reviews").toList()));
    return Optional.of(answer.put("delivery", traced));
  }

  private static Stream<JsonNode> all(List<JsonNode> commits, String field) {
    return commits.stream().flatMap(commit -> commit.path(field).valueStream());
  }

  private static Map<String, JsonNode> byId(Stream<JsonNode> items) {
    Map<String, JsonNode> map = new LinkedHashMap<>();
    items.forEach(item -> map.put(text(item.path("id")), item));
    return map;
  }

  private ObjectNode answer(
      Stream<JsonNode> changes, Stream<JsonNode> commands, Stream<JsonNode> affected) {
    ObjectNode answer = Json.mapper().createObjectNode();
    answer.set("changes", Json.mapper().valueToTree(changes.toList()));
    answer.set("commands", Json.mapper().valueToTree(commands.toList()));
    answer.set(
        "affected",
        Json.mapper()
            .valueToTree(
                affected
                    .filter(
                        one ->
                            cluster
                                .filter(name -> !name.equals(text(one.get("cluster"))))
                                .isEmpty())
                    .toList()));
    return answer;
  }

  private static void print(Api api, JsonNode answer, Printer printer) {
    if (answer.has("commit")) {
      printer.fact("commit", text(answer.get("commit")));
    }
    Timeline timeline = new Timeline();
    for (JsonNode change : FleetRequests.in(answer.get("changes"), api)) {
      timeline.change(change);
      OriginFacts.change(change, printer);
      OriginFacts.reviews(change, answer.path("reviews"), printer);
    }
    commands(answer, timeline, printer);
    for (JsonNode generation : answer.get("affected")) {
      add(api, generation, answer, timeline);
    }
    print(timeline, printer);
    if (answer.get("affected").isEmpty()) {
      printer.message("nothing was sent for it: sluice explain COMMIT shows why");
    }
  }

  private static void commands(JsonNode answer, Timeline timeline, Printer printer) {
    for (JsonNode command : answer.path("commands")) {
      timeline.command(command);
      OriginFacts.command(command, printer);
    }
  }

  /**
   * Adds the steps of a generation, and its attempts, which are events of their own.
   *
   * @param answer has the commands that generations were sent for
   */
  private static void add(Api api, JsonNode generation, JsonNode answer, Timeline timeline) {
    timeline.generation(generation, answer.path("commands").valueStream().toList());
    if (Timeline.hasAttempts(generation)) {
      api
          .all(
              "/api/v1/events",
              new Query()
                  .with("application", Optional.of(text(generation.get("application"))))
                  .with("cluster", Optional.of(text(generation.get("cluster"))))
                  .with("type", Optional.of(EventType.RETRYING.slug())),
              Integer.MAX_VALUE)
          .stream()
          .filter(
              event -> event.at("/body/subject/generation").equals(generation.get("generation")))
          .forEach(timeline::attempt);
    }
  }

  private static void print(Timeline timeline, Printer printer) {
    timeline.day().ifPresent(day -> printer.fact("day", day + ", times in UTC"));
    printer.line("");
    printer.list(timeline.rows(), timeline.columns());
  }

  private int object(Api api, Printer printer, String kind, String name) {
    if (cluster.isEmpty()) {
      throw new ExitException(2, "give the object's cluster with --cluster");
    }
    JsonNode trace =
        api.get(
            "/api/v1/trace",
            new Query()
                .with("cluster", cluster)
                .with("kind", Optional.of(kind))
                .with("name", Optional.of(name))
                .with("namespace", namespace));
    if (printer.isRaw()) {
      printer.raw(trace);
    } else if (printer.isName()) {
      printer.line(
          "%s/%s"
              .formatted(
                  trace.at("/object/kind").asText().toLowerCase(Locale.ROOT),
                  trace.at("/object/name").asText()));
    } else {
      printObject(api, trace, printer);
    }
    return 0;
  }

  private static void printObject(Api api, JsonNode trace, Printer printer) {
    JsonNode seen = trace.get("object");
    JsonNode generation = trace.get("generation");
    printer.fact(
        "object",
        "%s in %s, %s %s"
            .formatted(
                Observations.name(seen),
                text(seen.get("cluster")),
                text(seen.get("action")).toLowerCase(Locale.ROOT),
                printer.times().ago(seen.path("at"))));
    printer.fact(
        "application",
        "%s, generation %s, %s"
            .formatted(
                text(generation.get("application")),
                text(generation.get("generation")),
                text(generation.get("outcome"))));
    trace.get("sources").forEach(path -> printer.fact("source", path.asText()));
    printer.fact(
        "changed by",
        CommandWord.reason(generation, trace.path("commands").valueStream().toList()));
    printer.fact("commit", text(generation.path("commit")));
    generation.path("versions").forEach(version -> printer.fact("version", version.asText()));
    Timeline timeline = new Timeline();
    for (String changes : List.of("changes", "merges")) {
      for (JsonNode change : FleetRequests.in(trace.get(changes), api)) {
        if (timeline.change(change)) {
          OriginFacts.change(change, printer);
          OriginFacts.reviews(change, trace.path("reviews"), printer);
        }
      }
    }
    commands(trace, timeline, printer);
    add(api, generation, trace, timeline);
    for (String observation : List.of("lastDrift", "lastHeal")) {
      timeline.observation(trace.path(observation), place(generation));
    }
    print(timeline, printer);
  }

  private static String place(JsonNode generation) {
    return text(generation.get("application")) + " in " + text(generation.get("cluster"));
  }
}
