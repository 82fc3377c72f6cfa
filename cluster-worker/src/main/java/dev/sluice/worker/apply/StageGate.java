package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Stage;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Waits until the objects of a stage can be used: CustomResourceDefinitions are established and
 * served, Namespaces are active, and hooks that are Jobs or Pods have finished.
 */
final class StageGate {

  // the cluster is polled: a watch of one object would take as many calls, and longer to begin
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final int MAX_POLLS = 600; // 30 s

  /** Kinds whose objects finish, so that a hook of this kind is awaited. */
  private static final Set<GroupKind> FINISHING =
      Set.of(GroupKind.parse("Job.batch"), GroupKind.parse("Pod"));

  private final Discovery discovery;

  StageGate(Discovery discovery) {
    this.discovery = discovery;
  }

  /** Waits for all objects of the stage that later stages need. */
  void pass(Stage stage, Attempt attempt) throws HaltException, InterruptedException {
    for (ApplyStep step : stage.steps()) {
      int polls = 0;
      while (!isReady(step, stage.phase())) {
        if (++polls == MAX_POLLS && stage.phase().isOfHooks()) {
          throw Attempt.retry(
              ApplyFailure.HOOK_RUNNING,
              "%s is a hook and not finished yet".formatted(step.ref()),
              Failure.Stage.APPLY,
              Optional.of(step.ref()));
        }
        if (polls == MAX_POLLS) {
          throw Attempt.retry(
              ApplyFailure.NOT_ESTABLISHED,
              "%s is applied, but cannot be used yet".formatted(step.ref()),
              Failure.Stage.APPLY,
              Optional.of(step.ref()));
        }
        attempt.pace().pause(POLL_INTERVAL);
      }
    }
  }

  private boolean isReady(ApplyStep step, Stage.Phase phase)
      throws HaltException, InterruptedException {
    try {
      if (phase.isOfHooks()) {
        return hasRun(step.ref());
      }
      GroupKind kind = step.ref().groupKind();
      if (kind.equals(GroupKind.CUSTOM_RESOURCE_DEFINITION)) {
        return isEstablished(step);
      }
      return !kind.equals(GroupKind.NAMESPACE) || isActive(step.ref());
    } catch (ApiException e) {
      throw new HaltException(
          ApiErrorClassifier.classify(e, Failure.Stage.APPLY, Optional.of(step.ref())));
    }
  }

  /**
   * Returns whether a hook has finished. One that was deleted meanwhile, as some clusters do with
   * finished Jobs, has finished too.
   */
  private boolean hasRun(ObjectRef ref) throws HaltException, InterruptedException {
    if (!FINISHING.contains(ref.groupKind())) {
      return true;
    }
    Optional<ObjectNode> live = discovery.read(ref);
    if (live.isEmpty()) {
      return true;
    }
    String phase = live.get().path("status").path("phase").asText("");
    if (hasCondition(live.get(), "Failed") || phase.equals("Failed")) {
      throw Attempt.park(
          ApplyFailure.HOOK_FAILED,
          "%s is a hook and has failed: its logs say why; it runs again once it is deleted"
              .formatted(ref),
          Failure.Stage.APPLY,
          ref,
          "a new generation, or the slow timer once it is deleted");
    }
    return hasCondition(live.get(), "Complete") || phase.equals("Succeeded");
  }

  private boolean isActive(ObjectRef ref) throws InterruptedException {
    return discovery
        .read(ref)
        .filter(live -> live.path("status").path("phase").asText("").equals("Active"))
        .isPresent();
  }

  private boolean isEstablished(ApplyStep step) throws InterruptedException {
    Optional<ObjectNode> live = discovery.read(step.ref());
    return live.isPresent()
        && hasCondition(live.get(), "Established")
        && isServed(live.get().path("spec"));
  }

  private static boolean hasCondition(ObjectNode live, String type) {
    for (JsonNode condition : live.path("status").path("conditions")) {
      if (condition.path("type").asText("").equals(type)
          && condition.path("status").asText("").equals("True")) {
        return true;
      }
    }
    return false;
  }

  private boolean isServed(JsonNode spec) throws InterruptedException {
    String kind = spec.path("names").path("kind").asText("");
    for (JsonNode version : spec.path("versions")) {
      String apiVersion = spec.path("group").asText("") + "/" + version.path("name").asText("");
      if (version.path("served").asBoolean() && discovery.find(apiVersion, kind).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
