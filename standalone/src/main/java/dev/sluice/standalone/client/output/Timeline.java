package dev.sluice.standalone.client.output;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.client.output.Column.Shape;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The steps of changes on their way into clusters, in the order of time: what the receiver or a
 * poll reported, what was sent to each cluster, and each attempt and outcome there.
 */
public final class Timeline {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  /** Steps of a generation by their names in the API's answers, in their order. */
  private static final List<Map.Entry<String, String>> STEPS =
      List.of(
          Map.entry("dispatched", "dispatched"),
          Map.entry("received", "read"),
          Map.entry("rendered", "rendered"),
          Map.entry("planned", "planned"),
          Map.entry("applied", "applied"),
          Map.entry("healthy", "healthy"));

  private static final Set<String> OUTCOMES = Set.of("parked", "superseded", "removed", "fenced");

  private final List<Step> steps = new ArrayList<>();
  private final Set<String> changes = new HashSet<>();

  /**
   * Step of a change.
   *
   * @param place the application and cluster, or where the change was reported
   */
  private record Step(Instant at, String step, String place, String detail) {}

  /** Adds a change of a repository; returns false if it was added before. */
  public boolean change(JsonNode change) {
    if (!changes.add(text(change.path("id")))) {
      return false;
    }
    boolean isWebhook = change.hasNonNull("delivery");
    add(
        change.path("at"),
        isWebhook ? "received" : "found",
        text(change.path("origin")),
        change.hasNonNull("merge")
            ? "merge request #" + text(change.at("/merge/number"))
            : text(change.path("type"))
                + (change.hasNonNull("ref") ? " " + Column.shortRef(text(change.get("ref"))) : ""));
    return true;
  }

  /** Adds an operator's command. */
  public void command(JsonNode command) {
    add(
        command.path("at"),
        "commanded",
        "by " + text(command.path("by")),
        "%s of %s: %s"
            .formatted(
                CommandWord.of(command),
                text(command.path("application")),
                text(command.path("reason"))));
  }

  /**
   * Adds the steps of a generation.
   *
   * @param commands those that may have caused it
   */
  public void generation(JsonNode generation, Collection<JsonNode> commands) {
    String reason = CommandWord.reason(generation, commands);
    String place = place(generation);
    JsonNode times = generation.path("steps");
    if (changes.isEmpty()) {
      add(times.path("changed"), "received", "-", reason);
    }
    for (Map.Entry<String, String> step : STEPS) {
      add(
          times.path(step.getKey()),
          step.getValue(),
          place,
          switch (step.getKey()) {
            case "dispatched" ->
                "generation %s: %s".formatted(text(generation.path("generation")), reason);
            case "received" -> "by the worker";
            default -> "";
          });
    }
    if (OUTCOMES.contains(text(generation.path("outcome")))) {
      add(
          generation.path("outcomeAt"),
          text(generation.path("outcome")),
          place,
          text(generation.path("message")));
    }
    if (!text(generation.path("outcome")).equals("superseded")) {
      add(
          generation.path("supersededAt"),
          "superseded",
          place,
          "by generation " + text(generation.path("supersededBy")));
    }
  }

  /** Adds an attempt that failed and is repeated. */
  public void attempt(JsonNode event) {
    JsonNode body = event.path("body");
    add(
        event.path("at"),
        "retrying",
        place(event),
        "attempt %s: %s".formatted(text(body.path("attempt")), text(body.at("/failure/message"))));
  }

  /** Adds what was observed of an object after it was applied. */
  public void observation(JsonNode observation, String place) {
    add(
        observation.path("at"),
        text(observation.path("type")),
        place,
        text(observation.path("detail"))
            + (observation.hasNonNull("by") ? " by " + text(observation.get("by")) : "")
            + (observation.hasNonNull("after")
                ? " within " + Age.precise(Duration.parse(observation.get("after").asText()))
                : ""));
  }

  /** Whether a generation has attempts besides its last one. */
  public static boolean hasAttempts(JsonNode generation) {
    return generation.path("attempts").asLong() > 0;
  }

  private static String place(JsonNode item) {
    return text(item.path("application")) + " in " + text(item.path("cluster"));
  }

  private void add(JsonNode at, String step, String place, String detail) {
    if (at.isTextual()) {
      steps.add(new Step(Instant.parse(at.asText()), step, place, detail));
    }
  }

  /** Returns the day of all steps; empty if there are several days. */
  public Optional<LocalDate> day() {
    List<LocalDate> days =
        steps.stream()
            .map(step -> LocalDate.ofInstant(step.at(), ZoneOffset.UTC))
            .distinct()
            .toList();
    return days.size() == 1 ? Optional.of(days.getFirst()) : Optional.empty();
  }

  /** Returns the columns of {@link #rows}. */
  public List<Column> columns() {
    return List.of(
        Column.of("TIME", Shape.FIXED, day().isPresent() ? "/time" : "/at"),
        Column.of("AFTER", Shape.FIXED, "/after"),
        Column.of("TOOK", Shape.FIXED, "/took"),
        Column.of("STEP", Shape.STATE, "/step"),
        Column.of("WHERE", Shape.NAME, "/where"),
        Column.of("DETAIL", Shape.TEXT, "/detail"),
        Column.wide("AT", "/at"));
  }

  /**
   * Returns the steps in the order of time, each with the time since the first one, and since the
   * step before it in the same place.
   */
  public List<JsonNode> rows() {
    List<Step> sorted = steps.stream().sorted(Comparator.comparing(Step::at)).toList();
    List<JsonNode> rows = new ArrayList<>();
    Map<String, Instant> last = new HashMap<>();
    for (Step step : sorted) {
      Instant before = last.put(step.place(), step.at());
      ObjectNode row =
          JsonNodeFactory.instance
              .objectNode()
              .put("at", step.at().truncatedTo(ChronoUnit.MILLIS).toString())
              .put("time", TIME.format(step.at()))
              .put("after", "+" + duration(sorted.getFirst().at(), step.at()))
              .put("took", before == null ? "-" : duration(before, step.at()))
              .put("step", step.step())
              .put("where", step.place())
              .put("detail", step.detail());
      rows.add(row);
    }
    return rows;
  }

  private static String duration(Instant from, Instant to) {
    return Age.precise(Duration.between(from, to));
  }
}
