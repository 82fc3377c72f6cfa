package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.healthy;
import static dev.sluice.worker.health.ObjectHealth.progressing;
import static dev.sluice.worker.health.ObjectHealth.unknown;

import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Health of pods. A pod is degraded if a container fails or its image cannot be pulled, and
 * progressing if a container only starts slowly. Reasons do not show the message that a program
 * left when it ended, since it may contain secrets.
 */
final class PodRules {

  private static final String INIT_CONTAINERS = "/status/initContainerStatuses";
  private static final String CONTAINERS = "/status/containerStatuses";

  static final Map<GroupKind, KindRule> RULES =
      Map.of(
          GroupKind.parse("Pod"),
          KindRule.withConditions(
              PodRules::pod,
              Stream.of(
                      Stream.of(
                          "spec/restartPolicy", "status/phase", "status/reason", "status/message"),
                      Container.inputs("status/initContainerStatuses/*/"),
                      Container.inputs("status/containerStatuses/*/"))
                  .flatMap(paths -> paths)
                  .toArray(String[]::new)));

  private PodRules() {}

  private static ObjectHealth pod(Observed object) {
    List<Container> init = Container.of(object, INIT_CONTAINERS, "init container");
    List<Container> main = Container.of(object, CONTAINERS, "container");
    return switch (object.text("/status/phase")) {
      case "Succeeded" -> healthy("has completed");
      case "Failed" -> degraded("%s", failure(object, init, main));
      case "Running", "Pending", "" ->
          Stream.concat(init.stream(), main.stream())
              .flatMap(each -> each.blocked().stream())
              .findFirst()
              .map(blocked -> degraded("%s", blocked))
              .orElseGet(() -> started(object, init, main));
      default -> unknown("its node does not report: phase %s", object.text("/status/phase"));
    };
  }

  private static ObjectHealth started(Observed object, List<Container> init, List<Container> main) {
    Optional<Condition> unscheduled = object.condition("PodScheduled").filter(Condition::isFalse);
    if (unscheduled.isPresent()) {
      return progressing("cannot be scheduled: %s", unscheduled.get().words());
    }
    if (object.hasTrue("Ready")) {
      return object.text("/spec/restartPolicy").matches("OnFailure|Never")
          ? progressing("runs, and has not completed yet")
          : healthy("is ready");
    }
    Optional<String> failed =
        Stream.concat(init.stream(), main.stream())
            .flatMap(each -> each.failedBefore().stream())
            .findFirst();
    if (failed.isPresent()) {
      return degraded("%s", failed.get());
    }
    return waiting(object, init, main);
  }

  private static ObjectHealth waiting(Observed object, List<Container> init, List<Container> main) {
    List<Container> before = init.stream().filter(each -> !each.isPassed()).toList();
    if (!before.isEmpty()) {
      return progressing(
          "%s; %s",
          before.getFirst().state(),
          Words.share(init.size() - before.size(), init.size(), "init container", "done"));
    }
    List<Container> unready = main.stream().filter(each -> !each.isReady()).toList();
    if (!unready.isEmpty()) {
      return progressing(
          "%s; %s",
          unready.getFirst().state(),
          Words.share(main.size() - unready.size(), main.size(), "container", "ready"));
    }
    return object
        .condition("Ready")
        .filter(each -> !main.isEmpty() && !each.words().isEmpty())
        .map(each -> progressing("is not ready: %s", each.words()))
        .orElse(progressing("is not started yet"));
  }

  private static String failure(Observed object, List<Container> init, List<Container> main) {
    String reason = object.text("/status/reason");
    if (!reason.isEmpty()) {
      String message = object.text("/status/message");
      return "has failed: %s".formatted(message.isEmpty() ? reason : reason + ": " + message);
    }
    return Stream.concat(init.stream(), main.stream())
        .flatMap(each -> each.failed().stream())
        .findFirst()
        .map("has failed: %s"::formatted)
        .orElse("has failed");
  }
}
