package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.health.Health;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Listings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Condition that a commit's generation is applied, or is healthy, in every cluster of each
 * application that the commit affects. Another generation counts only if its successors are
 * followed.
 */
final class WaitCondition {

  private final CommitEffects effects;
  private final Goal goal;
  private final boolean follows;

  /** By place, the newer generation that is followed. */
  private final Map<String, JsonNode> followed = new LinkedHashMap<>();

  /** The state to wait for; the names are the words of the option. */
  enum Goal {
    applied,
    healthy
  }

  /**
   * Creates a condition.
   *
   * @param follows whether a newer generation is awaited in place of one that it superseded
   */
  WaitCondition(CommitEffects effects, Goal goal, boolean follows) {
    this.effects = effects;
    this.goal = goal;
    this.follows = follows;
  }

  /**
   * Returns what is still missing; empty if the condition holds.
   *
   * @throws ExitException if it can no longer hold
   */
  Optional<String> missing() {
    effects.failIfNotSent();
    Map<String, JsonNode> sent = effects.sent();
    List<String> unsent = effects.unsent(sent.values());
    if (!unsent.isEmpty()) {
      return Optional.of("no generation of %s has the commit".formatted(String.join(", ", unsent)));
    }
    if (sent.isEmpty() && !effects.isHead()) {
      return Optional.of("Git is not at the commit, or was not evaluated yet");
    }
    Map<String, JsonNode> states = effects.states();
    Optional<String> missing = Optional.empty();
    for (Map.Entry<String, JsonNode> each : sent.entrySet()) {
      Optional<String> here =
          missing(each.getKey(), each.getValue(), Optional.ofNullable(states.get(each.getKey())));
      missing = missing.or(() -> here);
    }
    return missing.or(() -> elsewhere(sent, states));
  }

  /** Returns the newer generations that are followed, by place. */
  Map<String, String> followed() {
    return followed.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> named(entry.getValue()),
                (one, _) -> one,
                LinkedHashMap::new));
  }

  private Optional<String> missing(String place, JsonNode sent, Optional<JsonNode> state) {
    if (goal == Goal.applied && isApplied(sent)) {
      return Optional.empty();
    }
    if (!isReplaced(sent, state)) {
      return missing(place, sent);
    }
    String superseded =
        "%s: generation %s of the commit is superseded by %s%s"
            .formatted(
                place,
                sent.get("generation").asText(),
                state.map(WaitCondition::named).orElse("its removal"),
                isApplied(sent) ? "" : ", and was not applied");
    if (!follows || state.isEmpty()) {
      throw failed(superseded + (follows ? "" : "; --follow waits for the newer generation"));
    }
    failIfHeld(place, state.get());
    JsonNode newest = effects.newest(state.get());
    followed.put(place, newest);
    return missing(place, newest);
  }

  /** Whether the generation will not be reached any more, since there is a newer one. */
  private boolean isReplaced(JsonNode sent, Optional<JsonNode> state) {
    long generation = CommitEffects.number(sent);
    boolean isNewer = state.filter(one -> CommitEffects.number(one) > generation).isPresent();
    boolean isNewerApplied =
        state.filter(one -> one.at("/applied/generation").asLong() > generation).isPresent();
    return sent.hasNonNull("supersededBy")
        || CommitEffects.isOutcome(sent, EventType.SUPERSEDED, EventType.REMOVED)
        || isNewerApplied
        || (isNewer
            && (goal == Goal.healthy
                || (follows && CommitEffects.isOutcome(sent, EventType.PARKED))));
  }

  private Optional<String> missing(String place, JsonNode generation) {
    if (CommitEffects.isOutcome(generation, EventType.PARKED)) {
      throw failed("%s is parked: %s".formatted(place, Column.text(generation.path("message"))));
    }
    if (!isApplied(generation)) {
      return Optional.of(
          "%s is not applied: %s".formatted(place, generation.path("outcome").asText("sent")));
    }
    if (goal == Goal.applied) {
      return Optional.empty();
    }
    String health = generation.at("/health/value").asText();
    String state =
        "%s is %s: %s".formatted(place, health, Column.text(generation.at("/health/reason")));
    if (health.equals(Health.DEGRADED.word())) {
      throw failed(state);
    }
    return health.equals(Health.HEALTHY.word())
        ? Optional.empty()
        : Optional.of(
            health.isEmpty() ? place + ": the worker has not reported its health" : state);
  }

  /**
   * Checks the clusters without a generation that has the commit: they may still get one, or are
   * held. The state of an application may be known before its generation is.
   */
  private Optional<String> elsewhere(Map<String, JsonNode> sent, Map<String, JsonNode> states) {
    for (Map.Entry<String, JsonNode> each : states.entrySet()) {
      if (sent.containsKey(each.getKey())) {
        continue;
      }
      if (effects.isCommitOf(each.getValue())) {
        return Optional.of(each.getKey() + " is not applied: sent");
      }
      if (effects.affects(each.getValue())) {
        failIfHeld(each.getKey(), each.getValue());
        if (goal == Goal.healthy && !effects.isHead()) {
          return Optional.of(each.getKey() + " has not got the commit");
        }
      }
    }
    return Optional.empty();
  }

  private static void failIfHeld(String place, JsonNode state) {
    if (state.hasNonNull("hold")) {
      throw failed(
          "%s is %s by %s".formatted(place, Listings.held(state), state.at("/hold/by").asText()));
    }
  }

  /** Whether the cluster held the generation at some time. */
  private static boolean isApplied(JsonNode generation) {
    return CommitEffects.isOutcome(generation, EventType.APPLIED, EventType.UNCHANGED)
        || generation.at("/steps/applied").isTextual();
  }

  private static String named(JsonNode generation) {
    return "generation %s of commit %s"
        .formatted(generation.get("generation").asText(), Column.text(generation.path("commit")));
  }

  private static ExitException failed(String reason) {
    return new ExitException(1, reason);
  }
}
