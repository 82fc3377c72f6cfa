package dev.sluice.standalone.client.output;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.failure.FailureCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Descriptions of what is wrong with an application, and of a dead letter. */
public final class Problems {

  /** The states of health that are problems. */
  public static final Set<String> UNHEALTHY = Set.of("Degraded", "Missing");

  private final Times times;
  private final List<Fact> facts = new ArrayList<>();

  private Problems(Times times) {
    this.times = times;
  }

  /**
   * Returns what is wrong with an application: what parts report about it, its open dead letters,
   * what else keeps it from being synced, and objects that are not healthy. Empty if nothing is.
   */
  public static List<Fact> of(JsonNode application, Times times) {
    Problems problems = new Problems(times);
    Set<String> shown = new HashSet<>();
    application.path("conditions").forEach(problems::condition);
    for (JsonNode letter : application.get("deadLetters")) {
      shown.add(text(letter.path("cluster")) + "/" + text(letter.path("code")));
      problems.letter(letter);
    }
    for (JsonNode status : application.get("clusters")) {
      String place = text(status.get("cluster"));
      if (status.hasNonNull("code") && !shown.contains(place + "/" + text(status.get("code")))) {
        problems.state(status, place);
      }
      JsonNode health = status.path("health");
      if (UNHEALTHY.contains(text(health.path("value"))) && health.hasNonNull("reason")) {
        problems.add(
            "wrong",
            "%s: %s %s: %s"
                .formatted(
                    place,
                    text(health.get("value")),
                    times.lasting(health.path("since")),
                    text(health.get("reason"))));
      }
    }
    return List.copyOf(problems.facts);
  }

  private void condition(JsonNode condition) {
    add(
        "wrong",
        "%s %s: %s"
            .formatted(
                text(condition.get("code")),
                times.lasting(condition.path("since")),
                text(condition.path("message"))));
    add("remedy", explanation(condition).remedy());
  }

  private void letter(JsonNode letter) {
    add(
        "wrong",
        "%s: %s: %s"
            .formatted(
                text(letter.path("cluster")),
                text(letter.get("code")),
                text(letter.get("message"))));
    add(
        "",
        "dead letter %s, opened %s, attempts: %s"
            .formatted(
                text(letter.get("entry")),
                times.ago(letter.path("openedAt")),
                text(letter.path("attempts"))));
    add("remedy", explanation(letter).remedy());
  }

  private void state(JsonNode status, String place) {
    add(
        "wrong",
        "%s: %s %s: %s: %s"
            .formatted(
                place,
                text(status.get("sync")),
                times.lasting(status.path("since")),
                text(status.get("code")),
                text(status.path("message"))));
    add("remedy", explanation(status).remedy());
  }

  /** Returns a dead letter for people: cause, place, times, and what to do. */
  public static List<Fact> ofDeadLetter(JsonNode letter, Times times) {
    Problems problems = new Problems(times);
    problems.describe(letter);
    return List.copyOf(problems.facts);
  }

  private void describe(JsonNode letter) {
    add("dead letter", text(letter.get("entry")));
    add(
        "state",
        letter.hasNonNull("closedAt")
            ? "closed %s: %s"
                .formatted(
                    times.ago(letter.get("closedAt")),
                    Failures.closing(
                        text(letter.path("closedReason")),
                        letter.path("closedGeneration"),
                        letter.path("closedBy"),
                        letter.path("closedWhy")))
            : "open");
    add("cause", "%s: %s".formatted(text(letter.get("code")), explanation(letter).meaning()));
    add("message", text(letter.get("message")));
    add("what to do", explanation(letter).remedy());
    add("where", where(letter));
    if (letter.hasNonNull("object")) {
      add("object", text(letter.get("object")));
    }
    add(
        "since",
        "opened %s; attempts: %s, the last one %s"
            .formatted(
                times.ago(letter.path("openedAt")),
                text(letter.path("attempts")),
                times.ago(letter.path("lastAt"))));
    JsonNode original = letter.path("original");
    add(
        "record",
        "%s, partition %s, offset %s"
            .formatted(
                text(original.path("topic")),
                text(original.path("partition")),
                text(original.path("offset"))));
  }

  private static String where(JsonNode letter) {
    String stage = "in the stage " + text(letter.path("stage"));
    if (!letter.hasNonNull("application")) {
      return stage + ", of no application";
    }
    return "%s in %s%s%s, %s"
        .formatted(
            text(letter.get("application")),
            text(letter.path("cluster")),
            letter.hasNonNull("generation") ? ", generation " + text(letter.get("generation")) : "",
            letter.hasNonNull("commit") ? ", commit " + text(letter.get("commit")) : "",
            stage);
  }

  private static FailureCode.Explanation explanation(JsonNode failure) {
    return FailureCode.of(failure.get("code").asText()).explanation();
  }

  private void add(String label, String text) {
    facts.add(new Fact(label, text));
  }
}
