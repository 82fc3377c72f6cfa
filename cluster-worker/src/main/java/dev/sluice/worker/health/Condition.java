package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One element of an object's conditions.
 *
 * @param status {@code True}, {@code False} or {@code Unknown}; empty if absent
 * @param severity of a {@code False} condition of Cluster API; usually empty
 * @param observedGeneration the generation of the object that it describes; negative if absent
 */
record Condition(
    String type,
    String status,
    String reason,
    String message,
    String severity,
    long observedGeneration) {

  static Condition of(JsonNode node) {
    return new Condition(
        node.path("type").asText(""),
        node.path("status").asText(""),
        node.path("reason").asText(""),
        node.path("message").asText(""),
        node.path("severity").asText(""),
        node.path("observedGeneration").asLong(-1));
  }

  boolean isTrue() {
    return status.equals("True");
  }

  boolean isFalse() {
    return status.equals("False");
  }

  /** Returns the reason and the message, such as {@code Pending: waits for a controller}. */
  String words() {
    if (message.isEmpty()) {
      return reason;
    }
    return reason.isEmpty() || message.startsWith(reason) ? message : reason + ": " + message;
  }
}
