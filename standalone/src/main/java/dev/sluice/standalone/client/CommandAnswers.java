package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import dev.sluice.standalone.client.output.CommandWord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Commands that were given, with the dispatcher's answers and what was sent for them to each
 * cluster.
 */
final class CommandAnswers {

  static final List<Column> PLANNED =
      List.of(
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("CLUSTERS", Shape.NAME, CommandAnswers::clusters),
          Column.of("COMMAND", Shape.FIXED, CommandWord::of),
          Column.of("EXPECTED", Shape.TEXT, "/expected"),
          Column.wide("ID", "/id"));

  private static final List<Column> ANSWERED =
      List.of(
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("CLUSTERS", Shape.NAME, CommandAnswers::clusters),
          Column.of("COMMAND", Shape.FIXED, CommandWord::of),
          Column.of("RESULT", Shape.STATE, "/result"),
          Column.of("ANSWER", Shape.TEXT, "/answer"),
          Column.wide("ID", "/id"));

  /** The time limit for the dispatcher's answers, unless an option states another. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  /** The pause before the first question; each pause is twice the one before. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final String REFUSED = "refused";
  private static final String UNANSWERED = "unanswered";
  private static final String WAITING = "waiting";

  private final Api api;
  private final Deadline end;

  CommandAnswers(Api api, Deadline end) {
    this.api = api;
    this.end = end;
  }

  private static String clusters(JsonNode command) {
    return command.get("clusters").isEmpty()
        ? "-"
        : String.join(",", command.get("clusters").valueStream().map(JsonNode::asText).toList());
  }

  /**
   * Waits until the planned commands are answered, and the evaluations that follow have decided.
   * Returns the commands with what is known of them when the time is up. An API that cannot be
   * reached in the meantime is asked again; if it stays so, {@code unanswered} says why.
   */
  List<JsonNode> await(List<JsonNode> planned, Progress progress) {
    Map<String, JsonNode> known = new HashMap<>();
    Optional<String> trouble = Optional.empty();
    Duration pause = FIRST_PAUSE;
    List<JsonNode> open = open(planned, known);
    while (!open.isEmpty() && !end.isOver()) {
      progress.done(planned.size() - open.size());
      Deadline.pause(
          untilNext(pause), "interrupted; what was commanded is carried out all the same");
      pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
      if (!end.isOver()) {
        trouble = ask(open, known);
        open = open(planned, known);
      }
    }
    Optional<String> why = trouble;
    return planned.stream().map(one -> merged(one, known, why)).toList();
  }

  /** Returns the commands whose answer or outcome is not known yet. */
  private static List<JsonNode> open(List<JsonNode> planned, Map<String, JsonNode> known) {
    return planned.stream()
        .filter(one -> !one.path("done").asBoolean())
        .filter(one -> !isKnown(known.get(one.get("id").asText())))
        .toList();
  }

  /** Returns the pause, shortened so that a last question has time for its answer. */
  private Duration untilNext(Duration pause) {
    Duration left = end.left().minus(FIRST_PAUSE);
    return left.compareTo(FIRST_PAUSE) < 0
        ? shorter(FIRST_PAUSE, end.left())
        : shorter(pause, left);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Asks for the answers to the commands, each question within the API's time limit. Returns why
   * the API gave none, if it may do so later.
   */
  private Optional<String> ask(List<JsonNode> commands, Map<String, JsonNode> known) {
    try {
      for (String prefix : prefixes(commands)) {
        api.renew(end);
        api.all(
                "/api/v1/commands",
                new Query().with("idPrefix", Optional.of(prefix)),
                Integer.MAX_VALUE)
            .forEach(view -> known.put(view.get("id").asText(), view));
      }
      return Optional.empty();
    } catch (ExitException e) {
      if (e.code() != ExitException.UNREACHABLE && e.code() != ExitException.NO_ANSWER) {
        throw e;
      }
      return Optional.ofNullable(e.getMessage());
    }
  }

  /** Returns the beginnings of the ids: all commands of a request have one. */
  private static Set<String> prefixes(List<JsonNode> commands) {
    Set<String> prefixes = new TreeSet<>();
    for (JsonNode command : commands) {
      String[] parts = command.get("id").asText().split("/", 4);
      prefixes.add(
          parts.length == 4
              ? "%s/%s/%s/".formatted(parts[0], parts[1], parts[2])
              : command.get("id").asText());
    }
    return prefixes;
  }

  private static boolean isKnown(JsonNode view) {
    return view != null && view.hasNonNull("accepted") && view.path("pending").isEmpty();
  }

  private static JsonNode merged(
      JsonNode planned, Map<String, JsonNode> known, Optional<String> trouble) {
    ObjectNode merged = planned.deepCopy();
    if (!isKnown(known.get(planned.get("id").asText()))) {
      trouble.ifPresent(why -> merged.put("unanswered", why));
    }
    Optional.ofNullable(known.get(planned.get("id").asText()))
        .ifPresent(
            view ->
                List.of("accepted", "message", "outcomes", "pending")
                    .forEach(
                        field -> {
                          if (view.has(field)) {
                            merged.set(field, view.get(field));
                          }
                        }));
    return merged;
  }

  /**
   * Prints the answers. Returns 1 if a command was refused, or sent nothing because the sources are
   * refused; 5 if something is not known yet.
   */
  static int print(List<JsonNode> commands, Printer printer) {
    List<JsonNode> rows = commands.stream().flatMap(CommandAnswers::rows).toList();
    if (printer.isRaw()) {
      printer.list(commands, ANSWERED);
    } else {
      printer.list(rows, ANSWERED);
    }
    List<String> results = rows.stream().map(row -> row.get("result").asText()).toList();
    if (results.contains(UNANSWERED)) {
      printer.message("not everything is answered yet; sluice describe APP shows the answers");
    }
    if (results.contains(REFUSED)) {
      return 1;
    }
    return results.contains(UNANSWERED) || results.contains(WAITING) ? ExitException.TIMED_OUT : 0;
  }

  /** Returns a row for the command, or one for each cluster in which an evaluation decides. */
  private static Stream<JsonNode> rows(JsonNode command) {
    if (command.path("done").asBoolean()) {
      return Stream.of(row(command, "done", Column.text(command.get("expected"))));
    }
    if (!command.hasNonNull("accepted")) {
      return Stream.of(row(command, UNANSWERED, Column.text(command.path("unanswered"))));
    }
    if (!command.get("accepted").asBoolean()) {
      return Stream.of(row(command, REFUSED, Column.text(command.path("message"))));
    }
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode outcome : command.path("outcomes")) {
      rows.add(
          within(
              command,
              outcome.get("cluster"),
              outcome.get("result").asText().toLowerCase(Locale.ROOT),
              outcome.get("message").asText()));
    }
    for (JsonNode cluster : command.path("pending")) {
      rows.add(within(command, cluster, UNANSWERED, "Git is not evaluated yet"));
    }
    return rows.isEmpty()
        ? Stream.of(row(command, "done", Column.text(command.path("message"))))
        : rows.stream();
  }

  private static JsonNode within(JsonNode command, JsonNode cluster, String result, String answer) {
    ObjectNode row = row(command, result, answer);
    row.putArray("clusters").add(cluster);
    return row;
  }

  private static ObjectNode row(JsonNode command, String result, String answer) {
    ObjectNode row = command.deepCopy();
    return row.put("result", result).put("answer", answer);
  }
}
