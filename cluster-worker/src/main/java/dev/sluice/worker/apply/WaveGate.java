package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.health.HealthChecks;
import dev.sluice.worker.health.ObjectHealth;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.plan.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Waits until the objects of a wave are healthy. Their health is known from the watches; objects
 * that these do not show are read.
 */
final class WaveGate {

  /** The time after which objects are read that no watch has shown. */
  private static final Duration UNSEEN = Duration.ofSeconds(1);

  /** The time after which all objects are read again, in case a watch has missed something. */
  private static final Duration DISTRUST = Duration.ofSeconds(10);

  private static final ObjectHealth UNKNOWN =
      new ObjectHealth(Health.UNKNOWN, "it was not seen yet");

  private final LiveObjects live;
  private final Discovery discovery;

  WaveGate(LiveObjects live, Discovery discovery) {
    this.live = live;
    this.discovery = discovery;
  }

  /**
   * Waits for all objects that later stages need.
   *
   * @throws HaltException if they do not become healthy in time, or a newer generation arrived
   */
  void pass(Stage stage, Attempt attempt, Wait wait) throws HaltException, InterruptedException {
    ApplicationName application = attempt.owner().application();
    Duration read = Duration.ZERO;
    while (true) {
      boolean distrusts = wait.lasted().minus(read).compareTo(DISTRUST) >= 0;
      if (distrusts) {
        read = wait.lasted();
      }
      Map<ObjectId, ObjectHealth> seen = live.health(application);
      List<ObservedObject> waiting = new ArrayList<>();
      for (ObjectRef ref : stage.awaited()) {
        ObjectHealth health = seen.getOrDefault(ref.id(), UNKNOWN);
        boolean isUnseen =
            health.health() == Health.UNKNOWN && wait.lasted().compareTo(UNSEEN) >= 0;
        if (!isEnough(health) && (isUnseen || distrusts)) {
          health = read(ref, attempt);
        }
        boolean hasEnded = health.health() == Health.MISSING && stage.passing().contains(ref);
        if (!isEnough(health) && !hasEnded) {
          waiting.add(new ObservedObject(ref, health.health(), health.reason(), List.of()));
        }
      }
      if (waiting.isEmpty()) {
        return;
      }
      if (!wait.pause(waiting, attempt)) {
        throw notHealthy(stage, waiting, wait);
      }
    }
  }

  /** Returns whether the next wave may begin with an object of this health. */
  private static boolean isEnough(ObjectHealth health) {
    return health.health() == Health.HEALTHY || health.health() == Health.SUSPENDED;
  }

  private ObjectHealth read(ObjectRef ref, Attempt attempt)
      throws HaltException, InterruptedException {
    try {
      return discovery
          .read(ref)
          .map(found -> HealthChecks.of(found, attempt.policy().healthChecks()))
          .orElseGet(() -> new ObjectHealth(Health.MISSING, "it does not exist"));
    } catch (ApiException e) {
      throw new HaltException(
          ApiErrorClassifier.classify(e, Failure.Stage.APPLY, Optional.of(ref)));
    }
  }

  private static HaltException notHealthy(Stage stage, List<ObservedObject> waiting, Wait wait) {
    ObservedObject first = waiting.getFirst();
    return Attempt.park(
        ApplyFailure.WAVE_NOT_HEALTHY,
        "the objects of the stage %s are not healthy after %s: %s: %s%s"
            .formatted(
                stage.shown(),
                wait.limit(),
                first.object(),
                first.reason(),
                waiting.size() == 1 ? "" : "; and %d more".formatted(waiting.size() - 1)),
        Failure.Stage.APPLY,
        first.object(),
        "the slow timer, once the wave's objects are healthy");
  }
}
