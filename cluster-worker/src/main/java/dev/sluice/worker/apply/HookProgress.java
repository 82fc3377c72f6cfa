package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.health.HealthChecks;
import dev.sluice.worker.health.HealthRules;
import dev.sluice.worker.health.ObjectHealth;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.plan.HookStep;
import java.util.Optional;

/** Finds out how far hooks are. */
final class HookProgress {

  private final Discovery discovery;

  HookProgress(Discovery discovery) {
    this.discovery = discovery;
  }

  /** How far a hook is. */
  sealed interface Progress {

    record Succeeded() implements Progress {}

    record Failed(String why) implements Progress {}

    record Running(String state) implements Progress {}
  }

  /** Returns how far a hook is; one that cannot be read at the moment still runs. */
  Progress of(HookStep hook, Attempt attempt) throws HaltException, InterruptedException {
    if (hook.hook().isHelm() && !hook.isProgram()) {
      return new Progress.Succeeded();
    }
    Optional<ObjectNode> live;
    try {
      live = read(hook.ref());
    } catch (HaltException e) {
      if (e.outcome() instanceof Outcome.RetryAfter retry) {
        return new Progress.Running(retry.failure().message()); // it goes on nevertheless
      }
      throw e;
    }
    if (live.isEmpty()) {
      throw Attempt.retry(
          ApplyFailure.HOOK_RUNNING,
          "%s is a hook and was deleted before its end was seen; it runs again"
              .formatted(hook.ref()),
          Failure.Stage.APPLY,
          Optional.of(hook.ref()));
    }
    // the end of a program counts, also of one whose health does not
    ObjectHealth health =
        hook.isProgram()
            ? HealthRules.of(live.get())
            : HealthChecks.of(live.get(), attempt.policy().healthChecks());
    if (hook.isProgram() && !hasEnded(live.get().path("status"))) {
      return new Progress.Running(health.reason());
    }
    return switch (health.health()) {
      case HEALTHY -> new Progress.Succeeded();
      case DEGRADED -> new Progress.Failed(health.reason());
      case PROGRESSING, SUSPENDED, MISSING, UNKNOWN -> new Progress.Running(health.reason());
    };
  }

  /** Returns whether a Job or a Pod has ended. */
  static boolean hasEnded(JsonNode status) {
    String phase = status.path("phase").asText("");
    if (phase.equals("Succeeded") || phase.equals("Failed")) {
      return true;
    }
    for (JsonNode condition : status.path("conditions")) {
      String type = condition.path("type").asText("");
      if ((type.equals("Complete") || type.equals("Failed"))
          && condition.path("status").asText("").equals("True")) {
        return true;
      }
    }
    return false;
  }

  /** Reads an object. */
  Optional<ObjectNode> read(ObjectRef ref) throws HaltException, InterruptedException {
    try {
      return discovery.read(ref);
    } catch (ApiException e) {
      throw new HaltException(
          ApiErrorClassifier.classify(e, Failure.Stage.APPLY, Optional.of(ref)));
    }
  }
}
