package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.healthy;
import static dev.sluice.worker.health.ObjectHealth.progressing;
import static dev.sluice.worker.health.ObjectHealth.suspended;

import dev.sluice.contract.health.Health;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Health by the conventions for conditions, for all kinds without a rule of their own: those of
 * Kubernetes' API conventions and of kstatus, which Flux, cert-manager, Crossplane, Cluster API,
 * Knative and most other controllers follow.
 */
final class ConditionRules {

  static final KindRule RULE =
      new KindRule(
          ConditionRules::general,
          Stream.of(
                  KindRule.conditions("status/"), Places.inputs(), Pauses.inputs(), Phase.inputs())
              .flatMap(paths -> paths)
              .toList());

  private ConditionRules() {}

  private static ObjectHealth general(Observed object) {
    Optional<String> pause = Pauses.of(object);
    if (pause.isPresent()) {
      return suspended("%s", pause.get());
    }
    List<Condition> conditions = Places.conditions(object);
    if (!object.isSeen(false)) {
      // some controllers report an error of the newest generation, and call it seen later
      List<Condition> newest = conditions.stream().filter(Condition::namesGeneration).toList();
      return failure(newest).or(() -> others(newest)).orElseGet(() -> notSeen(object));
    }
    return failure(conditions)
        .or(() -> Phase.failure(object))
        .or(() -> progress(conditions))
        .or(() -> summary(conditions, object))
        .or(() -> Phase.of(object))
        .or(() -> others(conditions))
        .orElseGet(() -> without(object));
  }

  /** Returns the health if a condition says that something is wrong. */
  private static Optional<ObjectHealth> failure(List<Condition> conditions) {
    return first(conditions, each -> each.isCurrent() && each.isTrue() && each.means(Meaning.BAD))
        .or(() -> first(conditions, each -> each.isCurrent() && each.isLate()))
        .map(
            each ->
                each.type().equals("NotReady") && each.isWaiting()
                    ? progressing("%s: %s", each.label(), each.words())
                    : degraded("%s: %s", each.label(), each.words()));
  }

  /** Returns the health if a condition says that the controller is at work. */
  private static Optional<ObjectHealth> progress(List<Condition> conditions) {
    return first(
            conditions,
            each ->
                each.means(Meaning.PROGRESS)
                    && each.isTrue()
                    && !each.reason().matches("ProgressingWithRetry|New\\w+Available"))
        .map(each -> progressing("%s: %s", each.label(), each.words()));
  }

  /** Returns the health by the conditions that are True when the object is as it should be. */
  private static Optional<ObjectHealth> summary(List<Condition> conditions, Observed object) {
    List<Condition> all = conditions.stream().filter(each -> each.means(Meaning.SUMMARY)).toList();
    List<Condition> good =
        all.isEmpty() ? conditions.stream().filter(each -> each.means(Meaning.PART)).toList() : all;
    Optional<ObjectHealth> notGood =
        good.stream()
            .filter(each -> each.isCurrent() && !each.isTrue())
            .map(each -> notGood(each, conditions, object))
            .max(Comparator.comparing(ObjectHealth::health));
    return notGood
        .or(
            () ->
                first(good, each -> !each.isCurrent())
                    .map(each -> progressing("%s is of an older generation", each.label())))
        .or(
            () ->
                first(good, each -> each.type().equals("Ready"))
                    .or(() -> first(good, _ -> true))
                    .map(each -> good(each, object)));
  }

  /** Returns the health of an object with a condition that is not True, by its reason. */
  private static ObjectHealth notGood(
      Condition condition, List<Condition> conditions, Observed object) {
    boolean isAtWork =
        Phase.of(object).filter(each -> each.health() == Health.PROGRESSING).isPresent();
    Optional<Condition> failedWork =
        first(
            conditions,
            each ->
                each.isCurrent()
                    && each.means(Meaning.PROGRESS)
                    && each.isFalse()
                    && each.isFailing());
    if (failedWork.isPresent()) {
      return degraded("%s: %s", failedWork.get().label(), failedWork.get().words());
    }
    boolean mayPass =
        condition.isFalse()
            ? condition.isWaiting() || (isAtWork && !condition.isFailing())
            : !condition.isFailing();
    String reason = "%s: %s".formatted(condition.label("not "), condition.words());
    return mayPass ? progressing("%s", reason) : degraded("%s", reason);
  }

  /** Returns the health of an object whose conditions are all True: some also have a phase. */
  private static ObjectHealth good(Condition condition, Observed object) {
    String words =
        condition.reason().isEmpty() && condition.message().isEmpty()
            ? condition.label()
            : "%s: %s".formatted(condition.label(), condition.words());
    return Phase.of(object)
        .filter(each -> each.health() != Health.HEALTHY)
        .orElse(healthy("%s", words));
  }

  /** Returns the health by conditions of unknown meaning that are False because of an error. */
  private static Optional<ObjectHealth> others(List<Condition> conditions) {
    return first(conditions, each -> each.isCurrent() && each.isFalse() && each.isFailing())
        .map(each -> degraded("%s: %s", each.label("not "), each.words()));
  }

  private static ObjectHealth without(Observed object) {
    return ReportingKinds.contain(object.kind())
        ? progressing("its controller has not reported a status yet")
        : healthy("exists");
  }

  /** Returns the health of an object whose controller has not seen its newest generation. */
  static ObjectHealth notSeen(Observed object) {
    return object.number("/status/observedGeneration") > 0
        ? progressing(
            "its controller has seen generation %d, and not %d yet",
            object.number("/status/observedGeneration"), object.number("/metadata/generation"))
        : progressing("its controller has not seen it yet");
  }

  private static Optional<Condition> first(
      List<Condition> conditions, Predicate<Condition> predicate) {
    return conditions.stream().filter(predicate).findFirst();
  }
}
