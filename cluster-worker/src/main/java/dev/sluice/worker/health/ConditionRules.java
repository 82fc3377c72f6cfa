package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.healthy;
import static dev.sluice.worker.health.ObjectHealth.progressing;
import static dev.sluice.worker.health.ObjectHealth.suspended;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Health by the conventions for conditions, for all kinds without a rule of their own. */
final class ConditionRules {

  /** Conditions that are True when something is wrong. */
  private static final Set<String> NEGATIVE =
      Set.of(
          "Stalled", "Failed", "Failure", "Degraded", "Error", "ErrorOccurred", "ReconcileError");

  /** Conditions that are True when the object is as it should be. */
  private static final Set<String> POSITIVE =
      Set.of(
          "Ready",
          "Available",
          "Healthy",
          "Synced",
          "Accepted",
          "Programmed",
          "ResolvedRefs",
          "Established",
          "Installed",
          "Reconciled",
          "Succeeded",
          "Complete");

  static final KindRule RULE =
      KindRule.withConditions(
          ConditionRules::general, "spec/paused", "spec/suspend", "status/phase", "status/state");

  private ConditionRules() {}

  private static ObjectHealth general(Observed object) {
    if (object.flag("/spec/suspend") || object.flag("/spec/paused")) {
      return suspended("is suspended");
    }
    if (!object.isSeen(false)) {
      return notSeen(object);
    }
    List<Condition> conditions = object.conditions();
    Optional<Condition> failed =
        conditions.stream()
            .filter(each -> NEGATIVE.contains(each.type()) && each.isTrue())
            .findFirst();
    if (failed.isPresent()) {
      return degraded("%s: %s", failed.get().type(), failed.get().words());
    }
    if (object.hasTrue("Reconciling")) {
      return progressing("Reconciling: %s", object.condition("Reconciling").get().words());
    }
    Optional<Condition> bad =
        conditions.stream()
            .filter(each -> POSITIVE.contains(each.type()) && each.isFalse())
            .findFirst();
    if (bad.isPresent()) {
      return degraded("not %s: %s", bad.get().type(), bad.get().words());
    }
    Optional<Condition> open =
        conditions.stream()
            .filter(each -> POSITIVE.contains(each.type()) && !each.isTrue())
            .findFirst();
    if (open.isPresent()) {
      return progressing("not %s yet: %s", open.get().type(), open.get().words());
    }
    return healthy("exists");
  }

  /** Returns the health of an object whose controller has not seen its newest generation. */
  static ObjectHealth notSeen(Observed object) {
    return object.has("/status/observedGeneration")
        ? progressing(
            "its controller has seen generation %d, and not %d yet",
            object.number("/status/observedGeneration"), object.number("/metadata/generation"))
        : progressing("its controller has not seen it yet");
  }
}
