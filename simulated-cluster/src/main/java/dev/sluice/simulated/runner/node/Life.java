package dev.sluice.simulated.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Step that a pod on the node has reached, and the time of its next one.
 *
 * @param behaviour what the container does that decides about the pod
 * @param restartPolicy restart policy of the pod
 * @param due time of the next step; empty if the pod stays as it is
 * @param restarts restarts of the container that decides
 * @param pulls failed pulls of its image
 */
record Life(
    Behaviour behaviour,
    String restartPolicy,
    Step step,
    Optional<Instant> due,
    int restarts,
    int pulls) {
  private static final int LONGEST_DOUBLING = 5;

  /** State of the container that decides. */
  enum Step {
    CREATING,
    PULL_FAILED,
    PULL_BACK_OFF,
    STARTED,
    READY,
    EXITED,
    CRASH_BACK_OFF,
    SUCCEEDED,
    FAILED
  }

  /** Begins the life of a pod that the node has just got. */
  static Life begin(JsonNode pod, Behaviour behaviour, Timing timing, Instant now) {
    return new Life(
        behaviour,
        pod.at("/spec/restartPolicy").asText("Always"),
        Step.CREATING,
        Optional.of(now.plus(timing.start())),
        0,
        0);
  }

  /** Continues the life of a pod that a former node ran, from its status. */
  static Life resume(JsonNode pod, Behaviour behaviour, Timing timing, Instant now) {
    Life begun = begin(pod, behaviour, timing, now);
    int restarts = 0;
    boolean ready = behaviour == Behaviour.RUNS;
    for (JsonNode container : pod.at("/status/containerStatuses")) {
      restarts = Math.max(restarts, container.path("restartCount").asInt());
      ready &= container.path("ready").asBoolean();
    }
    Life resumed = new Life(behaviour, begun.restartPolicy, Step.CREATING, begun.due, restarts, 0);
    return ready ? resumed.to(Step.READY, timing, now) : resumed;
  }

  /** Returns how long the node waits before it starts or pulls again. */
  Duration backOff(Timing timing) {
    int times = (step == Step.CRASH_BACK_OFF ? restarts : pulls) - 1;
    return timing.backOff().multipliedBy(1L << Math.clamp(times, 0, LONGEST_DOUBLING));
  }

  /** Returns the life after the next step. */
  Life next(Timing timing, Instant now) {
    return switch (step) {
      case CREATING, PULL_BACK_OFF ->
          switch (behaviour) {
            case PULL_FAILS -> to(Step.PULL_FAILED, timing, now);
            case SLOW -> to(Step.STARTED, timing, now);
            case CRASHES, RUNS -> to(Step.READY, timing, now);
          };
      case PULL_FAILED -> to(Step.PULL_BACK_OFF, timing, now);
      case STARTED -> to(Step.READY, timing, now);
      case READY -> to(end(), timing, now);
      case EXITED -> to(restarts == 0 ? Step.READY : Step.CRASH_BACK_OFF, timing, now);
      case CRASH_BACK_OFF -> to(Step.READY, timing, now);
      case SUCCEEDED, FAILED -> this;
    };
  }

  private Step end() {
    if (behaviour != Behaviour.CRASHES) {
      return Step.SUCCEEDED;
    }
    return restartPolicy.equals("Never") ? Step.FAILED : Step.EXITED;
  }

  private Life to(Step next, Timing timing, Instant now) {
    boolean restarted = next == Step.READY && (step == Step.EXITED || step == Step.CRASH_BACK_OFF);
    Life moved =
        new Life(
            behaviour,
            restartPolicy,
            next,
            Optional.empty(),
            restarts + (restarted ? 1 : 0),
            pulls + (next == Step.PULL_FAILED ? 1 : 0));
    boolean ends = behaviour == Behaviour.CRASHES || !restartPolicy.equals("Always");
    Optional<Duration> stay =
        switch (next) {
          case PULL_FAILED, EXITED -> Optional.of(timing.start());
          case PULL_BACK_OFF, CRASH_BACK_OFF -> Optional.of(moved.backOff(timing));
          case STARTED -> Optional.of(timing.slow());
          case READY -> Optional.of(timing.start()).filter(time -> ends);
          case CREATING, SUCCEEDED, FAILED -> Optional.empty();
        };
    return new Life(
        behaviour, restartPolicy, next, stay.map(now::plus), moved.restarts, moved.pulls);
  }
}
