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
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Waits until the definitions of a stage can be used: CustomResourceDefinitions are established and
 * served, and Namespaces are active.
 */
final class StageGate {

  // the cluster is polled: a watch of one object would take as many calls, and longer to begin
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final int MAX_POLLS = 600; // 30 s

  private final Discovery discovery;

  StageGate(Discovery discovery) {
    this.discovery = discovery;
  }

  /** Waits for all objects that later ones need. */
  void pass(List<ApplyStep> steps, Attempt attempt) throws HaltException, InterruptedException {
    for (ApplyStep step : steps) {
      int polls = 0;
      while (!isReady(step)) {
        if (++polls == MAX_POLLS) {
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

  private boolean isReady(ApplyStep step) throws HaltException, InterruptedException {
    try {
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
