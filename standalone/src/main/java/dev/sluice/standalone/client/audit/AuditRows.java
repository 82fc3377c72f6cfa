package dev.sluice.standalone.client.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.client.output.CommandWord;
import dev.sluice.standalone.client.output.Listings;
import java.util.List;
import java.util.Optional;

/** Rows of an audit, each from an item of the API's answer. */
public final class AuditRows {

  private static final List<String> SUBJECT =
      List.of("cluster", "application", "generation", "commit");

  private AuditRows() {}

  /** Returns what an application runs in a cluster; empty if nothing was applied. */
  public static Optional<ObjectNode> running(JsonNode application) {
    JsonNode applied = application.path("applied");
    if (!applied.isObject()) {
      return Optional.empty();
    }
    ObjectNode row = Json.mapper().createObjectNode();
    copy(application, "cluster", row, "cluster");
    copy(application, "application", row, "application");
    copy(applied, "generation", row, "generation");
    copy(applied, "commit", row, "commit");
    copy(applied, "at", row, "at");
    return Optional.of(row);
  }

  /** Returns the delivery that an event of the type {@code applied} reports. */
  public static ObjectNode delivered(JsonNode event) {
    ObjectNode row = Json.mapper().createObjectNode();
    copy(event, "at", row, "at");
    SUBJECT.forEach(field -> copy(event.at("/body/subject"), field, row, field));
    return row;
  }

  /** Returns the failure of a dead letter, and how it ended. */
  public static ObjectNode failure(JsonNode letter) {
    ObjectNode row = Json.mapper().createObjectNode();
    copy(letter, "openedAt", row, "at");
    SUBJECT.forEach(field -> copy(letter, field, row, field));
    copy(letter, "code", row, "cause");
    copy(letter, "attempts", row, "attempts");
    copy(letter, "closedAt", row, "endedAt");
    row.put("ended", letter.path("closedReason").asText("open"));
    copy(letter, "closedBy", row, "endedBy");
    copy(letter, "closedWhy", row, "endedWhy");
    copy(letter, "message", row, "message");
    copy(letter, "entry", row, "entry");
    return row;
  }

  /** Returns a command with its answer and its outcomes. */
  public static ObjectNode command(JsonNode command) {
    ObjectNode row = Json.mapper().createObjectNode();
    copy(command, "at", row, "at");
    copy(command, "by", row, "by");
    row.put("command", CommandWord.of(command));
    copy(command, "application", row, "application");
    List<String> clusters =
        command.path("clusters").valueStream().map(JsonNode::asText).sorted().toList();
    row.put("clusters", clusters.isEmpty() ? "all" : String.join(",", clusters));
    row.put(
        "accepted",
        command.hasNonNull("accepted")
            ? (command.get("accepted").asBoolean() ? "yes" : "no")
            : "open");
    copy(command, "reason", row, "reason");
    row.put("answer", Listings.answer(command));
    JsonNode caller = command.path("caller");
    copy(caller, "role", row, "role");
    copy(caller, "address", row, "address");
    copy(caller, "userAgent", row, "program");
    copy(command, "id", row, "id");
    return row;
  }

  /** Copies a value, if there is one. */
  static void copy(JsonNode from, String field, ObjectNode to, String as) {
    if (from.hasNonNull(field)) {
      to.set(as, from.get(field));
    }
  }
}
