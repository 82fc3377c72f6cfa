package dev.sluice.worker.health;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The ways in which people tell controllers to leave an object alone. */
final class Pauses {

  private static final List<String> FLAGS =
      List.of(
          "spec/suspend",
          "spec/paused",
          "metadata/annotations/crossplane.io~1paused",
          "metadata/annotations/strimzi.io~1pause-reconciliation",
          "metadata/annotations/cluster.x-k8s.io~1paused");

  private Pauses() {}

  static Stream<String> inputs() {
    return FLAGS.stream();
  }

  /** Returns by what the object is paused. */
  static Optional<String> of(Observed object) {
    return FLAGS.stream()
        .filter(each -> object.flag("/" + each))
        .findFirst()
        .map(each -> "is suspended by %s".formatted(name(each)))
        .or(
            () ->
                object.conditions().stream()
                    .filter(Pauses::isPause)
                    .findFirst()
                    .map(each -> "is suspended: %s %s".formatted(each.type(), each.words())));
  }

  private static boolean isPause(Condition condition) {
    return condition.reason().matches("(Reconcile|Rollout)Paused")
        || (condition.isTrue()
            && condition.type().matches("Paused|Suspended|Stopped|ReconciliationPaused"));
  }

  private static String name(String path) {
    return path.replace("metadata/annotations/", "the annotation ")
        .replace("/", ".")
        .replace("~1", "/");
  }
}
