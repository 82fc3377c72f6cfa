package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.Explanation.Cause;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.health.Health;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Condition that a commit's generation is healthy in every cluster of each application that the
 * commit affects. The health of a generation before or after it does not count.
 */
final class HealthyCondition {

  private final Api api;
  private final CommitEffects effects;

  HealthyCondition(Api api, CommitEffects effects) {
    this.api = api;
    this.effects = effects;
  }

  /**
   * Returns what is still missing; empty if the condition holds.
   *
   * @throws ExitException if it can no longer hold
   */
  Optional<String> missing() {
    effects.failIfParked();
    effects.failIfRefused();
    effects
        .because(Cause.HELD)
        .findFirst()
        .ifPresent(
            one -> {
              throw failed(one.get("application").asText() + " is " + one.get("why").asText());
            });
    Map<String, JsonNode> newest = newest();
    if (newest.isEmpty() && !effects.isHead(api)) {
      return Optional.of("Git is not at the commit, or was not evaluated yet");
    }
    if (!effects.everyNamedIsSent()) {
      return Optional.of("no generation of a named application has the commit");
    }
    return elsewhere(newest)
        .or(() -> newest.values().stream().flatMap(one -> missing(one).stream()).findFirst());
  }

  /** Returns the newest generation with the commit in each cluster of each application. */
  private Map<String, JsonNode> newest() {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    effects
        .sent()
        .forEach(
            one ->
                newest.merge(
                    CommitEffects.place(one),
                    one,
                    (first, second) ->
                        second.get("generation").asLong() > first.get("generation").asLong()
                            ? second
                            : first));
    return newest;
  }

  /**
   * Checks all clusters of the applications: a newer generation may have replaced the commit's, and
   * a cluster without one may still get it.
   */
  private Optional<String> elsewhere(Map<String, JsonNode> newest) {
    Collection<String> names =
        newest.values().stream().map(one -> one.get("application").asText()).distinct().toList();
    for (String name : names) {
      for (JsonNode status :
          api.all(
              "/api/v1/applications",
              new Query().with("application", Optional.of(name)),
              Integer.MAX_VALUE)) {
        JsonNode sent = newest.get(CommitEffects.place(status));
        if (sent != null) {
          failIfReplaced(sent, status);
        } else if (status.hasNonNull("hold")) {
          throw failed(
              "%s is %s by %s"
                  .formatted(
                      CommitEffects.place(status),
                      GetVerb.held(status),
                      status.at("/hold/by").asText()));
        } else if (!effects.isHead(api)) {
          return Optional.of(CommitEffects.place(status) + " has not got the commit");
        }
      }
    }
    return Optional.empty();
  }

  private static void failIfReplaced(JsonNode sent, JsonNode status) {
    if (CommitEffects.isOutcome(sent, EventType.SUPERSEDED, EventType.REMOVED)
        || status.get("generation").asLong() > sent.get("generation").asLong()) {
      throw failed(
          "%s: generation %s of the commit is superseded by generation %s of commit %s"
              .formatted(
                  CommitEffects.place(sent),
                  sent.get("generation").asText(),
                  status.get("generation").asText(),
                  Printer.text(status.path("commit"))));
    }
  }

  private static Optional<String> missing(JsonNode generation) {
    if (!CommitEffects.isOutcome(generation, EventType.APPLIED, EventType.UNCHANGED)) {
      return Optional.of(
          "%s is not applied: %s"
              .formatted(CommitEffects.place(generation), generation.get("outcome").asText()));
    }
    String health = generation.at("/health/value").asText();
    String state =
        "%s is %s: %s"
            .formatted(
                CommitEffects.place(generation),
                health,
                Printer.text(generation.at("/health/reason")));
    if (health.equals(Health.DEGRADED.word())) {
      throw failed(state);
    }
    return health.equals(Health.HEALTHY.word())
        ? Optional.empty()
        : Optional.of(
            health.isEmpty()
                ? CommitEffects.place(generation) + ": the worker has not reported its health"
                : state);
  }

  private static ExitException failed(String reason) {
    return new ExitException(1, reason);
  }
}
