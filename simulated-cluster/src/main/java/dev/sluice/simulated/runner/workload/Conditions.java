package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Conditions in the status of an object. */
final class Conditions {
  private Conditions() {}

  /** Returns the condition of a type, or a missing node. */
  static JsonNode find(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return MissingNode.getInstance();
  }

  static boolean isTrue(JsonNode status, String type) {
    return find(status, type).path("status").asText().equals("True");
  }

  /** Returns when a condition got its current status. */
  static Instant since(JsonNode condition) {
    return time(condition.path("lastTransitionTime"));
  }

  static Instant time(JsonNode time) {
    return time.isMissingNode() ? Instant.EPOCH : Instant.parse(time.asText());
  }

  /** Returns a time as statuses have it, in whole seconds. */
  static String format(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Removes the condition of a type. */
  static void remove(ObjectNode status, String type) {
    if (status.path("conditions") instanceof ArrayNode conditions) {
      for (int i = conditions.size() - 1; i >= 0; i--) {
        if (conditions.path(i).path("type").asText().equals(type)) {
          conditions.remove(i);
        }
      }
    }
  }

  /** Appends a condition in the place of the one of its type. */
  static void put(ObjectNode status, ObjectNode condition) {
    remove(status, condition.path("type").asText());
    status.withArray("/conditions").add(condition);
  }
}
