package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.lane.Classifier;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Stage;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits until what a stage defined can be used: CustomResourceDefinitions are established and
 * served, Namespaces active.
 */
final class StageGate {

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final int LOOKS = 600; // 30 s

  private final ClusterApi api;
  private final Discovery discovery;

  StageGate(ClusterApi api, Discovery discovery) {
    this.api = api;
    this.discovery = discovery;
  }

  /** Waits for all objects of the stage that others need. */
  void pass(Stage stage, Attempt attempt) throws HaltException, InterruptedException {
    for (ApplyStep step : stage.steps()) {
      int looks = 0;
      while (!isReady(step)) {
        if (++looks == LOOKS) {
          throw Attempt.retry(
              "NotEstablished",
              "%s is applied, but cannot be used yet".formatted(step.ref()),
              Failure.Stage.APPLY,
              Optional.of(step.ref()));
        }
        attempt.pace().pause(LOOK_AGAIN);
      }
    }
  }

  private boolean isReady(ApplyStep step) throws HaltException, InterruptedException {
    try {
      return switch (step.ref().kind()) {
        case "CustomResourceDefinition" -> isEstablished(step);
        case "Namespace" ->
            read(step.ref())
                .map(live -> live.path("status").path("phase").asText("").equals("Active"))
                .orElse(false);
        default -> true;
      };
    } catch (ApiException e) {
      throw new HaltException(Classifier.classify(e, Failure.Stage.APPLY, Optional.of(step.ref())));
    }
  }

  private boolean isEstablished(ApplyStep step) throws InterruptedException {
    Optional<ObjectNode> live = read(step.ref());
    if (live.isEmpty()) {
      return false;
    }
    boolean established = false;
    for (JsonNode condition : live.get().path("status").path("conditions")) {
      established |=
          condition.path("type").asText("").equals("Established")
              && condition.path("status").asText("").equals("True");
    }
    return established && isServed(live.get().path("spec"));
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

  private Optional<ObjectNode> read(ObjectRef ref) throws InterruptedException {
    Optional<ApiResource> resource = discovery.find(ref.apiVersion(), ref.kind());
    return resource.isEmpty() ? Optional.empty() : api.get(resource.get().path(ref));
  }
}
