package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.cel.CelExpression;
import dev.sluice.contract.cel.CelResult;
import dev.sluice.contract.cel.CelSyntaxException;
import dev.sluice.contract.fleet.HealthCheck;
import dev.sluice.contract.health.Health;
import dev.sluice.worker.manifest.Directives;
import java.util.List;
import java.util.Optional;

/**
 * The health of live objects by the rules of an application's policy, and by {@link HealthRules}
 * for the kinds that have no rule there.
 *
 * <p>An object whose annotation exempts it counts as healthy. A rule of a policy may read any field
 * of the object. A rule that fails or takes too long makes the health of this object unknown, and
 * no other.
 */
public final class HealthChecks {

  private HealthChecks() {}

  /** Returns the health of a live object. */
  public static ObjectHealth of(JsonNode live, List<HealthCheck> checks) {
    Optional<String> exemption = Directives.withoutHealth(live);
    if (exemption.isPresent()) {
      return ObjectHealth.healthy("is not judged, as its annotation %s asks", exemption.get());
    }
    if (checks.isEmpty()) {
      return HealthRules.of(live);
    }
    String apiVersion = live.path("apiVersion").asText("");
    String kind = live.path("kind").asText("");
    return checks.stream()
        .filter(each -> each.isFor(apiVersion, kind))
        .findFirst()
        .map(check -> judged(live, check))
        .orElseGet(() -> HealthRules.of(live));
  }

  private static ObjectHealth judged(JsonNode live, HealthCheck check) {
    Observed object = KindRule.inputsOfAll(live);
    Optional<ObjectHealth> deletion = KindRule.deletion(object);
    if (deletion.isPresent()) {
      return deletion.get();
    }
    if (!object.isSeen(false)) {
      return ConditionRules.notSeen(object);
    }
    return outcome("inProgress", check.inProgress(), Health.PROGRESSING, live)
        .or(() -> outcome("failed", check.failed(), Health.DEGRADED, live))
        .or(() -> outcome("current", Optional.of(check.current()), Health.HEALTHY, live))
        .orElse(ObjectHealth.progressing("no condition of its health check holds yet"));
  }

  /** Returns the health if the condition holds, or has no value; empty if it does not hold. */
  private static Optional<ObjectHealth> outcome(
      String name, Optional<String> expression, Health health, JsonNode live) {
    return expression.flatMap(
        text ->
            switch (evaluate(text, live)) {
              case CelResult.Holds(boolean isTrue) ->
                  isTrue
                      ? Optional.of(new ObjectHealth(health, "%s: %s".formatted(name, text)))
                      : Optional.empty();
              case CelResult.MissingField(String message) ->
                  Optional.of(
                      ObjectHealth.progressing(
                          "the health check's '%s' has no value yet: %s", name, message));
              case CelResult.Failed(String message) ->
                  Optional.of(
                      ObjectHealth.unknown("the health check's '%s' fails: %s", name, message));
            });
  }

  private static CelResult evaluate(String text, JsonNode live) {
    try {
      return CelExpression.of(text).evaluate(live);
    } catch (CelSyntaxException e) {
      // the dispatcher refuses such rules; this one is of another version
      return new CelResult.Failed(String.valueOf(e.getMessage()));
    }
  }
}
