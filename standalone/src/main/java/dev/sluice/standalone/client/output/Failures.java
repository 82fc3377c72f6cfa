package dev.sluice.standalone.client.output;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.DeadLetterEvent.Closed.Reason;
import dev.sluice.standalone.client.output.Column.Shape;
import java.util.List;
import java.util.Locale;

/** Failures of generations: the cause, how often, and how the dead letter was closed. */
public final class Failures {

  public static final List<Column> COLUMNS =
      List.of(
          Column.of("FAILED", Shape.FIXED, "/generation"),
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.of("CAUSE", "/failure/code"),
          Column.of("ATTEMPTS", Shape.FIXED, "/attempts"),
          Column.of("ENDED BY", Shape.TEXT, Failures::end),
          Column.of("MESSAGE", Shape.TEXT, "/failure/message"));

  private Failures() {}

  /** Returns the generations that have a failure. */
  public static List<JsonNode> of(List<JsonNode> generations) {
    return generations.stream().filter(one -> one.hasNonNull("failure")).toList();
  }

  /** Returns what ended the failure of a generation, or a dash if nothing has. */
  private static String end(JsonNode generation) {
    JsonNode closed = generation.at("/failure/closed");
    if (closed.isObject()) {
      return closing(
          text(closed.path("reason")),
          closed.path("generation"),
          closed.path("by"),
          closed.path("why"));
    }
    return generation.hasNonNull("supersededBy")
        ? "generation %s came".formatted(text(generation.get("supersededBy")))
        : "-";
  }

  /** Returns what closed a dead letter, and who. */
  static String closing(String reason, JsonNode generation, JsonNode by, JsonNode why) {
    if (by.isTextual()) {
      return "%s by %s (%s)".formatted(reason.toLowerCase(Locale.ROOT), by.asText(), text(why));
    }
    if (!generation.isNumber()) {
      return reason.toLowerCase(Locale.ROOT);
    }
    String number = generation.asText();
    if (reason.equals(Reason.SUCCEEDED.name())) {
      return "success of generation " + number;
    }
    if (reason.equals(Reason.SUPERSEDED.name())) {
      return "failure of generation " + number;
    }
    return "%s by generation %s".formatted(reason.toLowerCase(Locale.ROOT), number);
  }
}
