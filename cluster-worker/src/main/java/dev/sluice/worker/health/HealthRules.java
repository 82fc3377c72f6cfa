package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.name.GroupKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The health of live objects, by rules for Kubernetes' own kinds and by the conventions for
 * conditions for all others.
 *
 * <p>The rules are pure functions: they read the object only, and no clock. They never throw, for
 * any JSON. An object that does not exist has no JSON, so its caller says that it is missing.
 */
public final class HealthRules {

  private static final Map<GroupKind, KindRule> RULES = rules();

  private HealthRules() {}

  /** Returns the health of a live object. */
  public static ObjectHealth of(JsonNode live) {
    return live.path("kind").isTextual()
        ? rule(live).of(live)
        : ObjectHealth.unknown("is not an object of Kubernetes");
  }

  /** Returns the kinds that have a rule of their own. */
  static Set<GroupKind> kinds() {
    return RULES.keySet();
  }

  static KindRule rule(JsonNode live) {
    return RULES.getOrDefault(Observed.groupKind(live), ConditionRules.RULE);
  }

  private static Map<GroupKind, KindRule> rules() {
    Map<GroupKind, KindRule> rules = new HashMap<>();
    Stream.of(
            WorkloadRules.RULES,
            PodRules.RULES,
            JobRules.RULES,
            ServiceRules.RULES,
            ApiRules.RULES,
            ArgoRules.RULES)
        .forEach(rules::putAll);
    return Map.copyOf(rules);
  }
}
