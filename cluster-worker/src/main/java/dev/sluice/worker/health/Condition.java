package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * One element of an object's conditions.
 *
 * @param place the part of the object that it describes, such as {@code listener http}; empty for
 *     the object itself
 * @param status {@code True}, {@code False} or {@code Unknown}; empty if absent
 * @param severity of a {@code False} condition of Cluster API; usually empty
 * @param observedGeneration the generation of the object that it describes; absent in most kinds
 * @param generation the newest generation of the object
 */
record Condition(
    String place,
    String type,
    String status,
    String reason,
    String message,
    String severity,
    OptionalLong observedGeneration,
    long generation) {

  private static final Pattern FAILING =
      Pattern.compile(
          "(?i).*(fail|err|exceed|invalid|denied|timeout|timedout|abort|refuse|unauthor|forbid"
              + "|notfound|crash|backoff|conflict|unsupported).*");

  private static final Pattern WAITING =
      Pattern.compile(
          "(?i).*(creating|pending|progress|provisioning|initiali|waiting|waitfor|installing"
              + "|reconciling|updating|upgrading|starting|scaling|deploying|issuing|rolling"
              + "|not\\w*(ready|complete|running|assigned)|noendpoints|bootstrap|configuring|launching|queued|notyet|doesnotexist|unavailable).*");

  static Condition of(JsonNode node, String place, long generation) {
    String type = node.path("type").asText("");
    String reason = node.path("reason").asText("");
    return new Condition(
        place,
        type,
        node.path("status").asText(""),
        reason.equals(type) ? "" : reason,
        node.path("message").asText(""),
        node.path("severity").asText(""),
        node.path("observedGeneration").isIntegralNumber()
            ? OptionalLong.of(node.path("observedGeneration").asLong())
            : OptionalLong.empty(),
        generation);
  }

  /** Returns whether it describes the newest generation of the object, as far as it says. */
  boolean isCurrent() {
    return observedGeneration.orElse(generation) >= generation;
  }

  /** Returns whether it says that it describes the newest generation. */
  boolean namesGeneration() {
    return observedGeneration.isPresent() && isCurrent();
  }

  boolean isTrue() {
    return status.equalsIgnoreCase("True");
  }

  boolean isFalse() {
    return status.equalsIgnoreCase("False");
  }

  boolean means(Meaning meaning) {
    return meaning.isOf(type);
  }

  /** Returns whether a controller has given up, by the words of Deployments. */
  boolean isLate() {
    return reason.equals("ProgressDeadlineExceeded") || reason.equals("RolloutAborted");
  }

  /** Returns whether the reason is an error. */
  boolean isFailing() {
    return FAILING.matcher(reason).matches();
  }

  /** Returns whether the reason is one that passes without a change of the object. */
  boolean isWaiting() {
    return severity.equals("Info")
        || (!isFailing() && WAITING.matcher(reason).matches())
        || (reason.isEmpty() && !FAILING.matcher(message).matches());
  }

  /** Returns the type, after the part of the object that it describes. */
  String label() {
    return label("");
  }

  /** Returns the type after a word, such as {@code listener http: not Accepted}. */
  String label(String word) {
    return (place.isEmpty() ? "" : place + ": ") + word + type;
  }

  /** Returns the reason and the message, such as {@code Pending: waits for a controller}. */
  String words() {
    if (message.isEmpty()) {
      return reason.isEmpty() ? "no reason is given" : reason;
    }
    return reason.isEmpty() || message.startsWith(reason) ? message : reason + ": " + message;
  }
}
