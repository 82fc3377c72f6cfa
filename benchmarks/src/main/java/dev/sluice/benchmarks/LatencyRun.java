package dev.sluice.benchmarks;

import dev.sluice.benchmarks.measure.Sample;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Timed pushes of one run. */
record LatencyRun(List<Push> pushes) {

  LatencyRun {
    pushes = List.copyOf(pushes);
  }

  /** Timed steps. Each starts where the one before ends, unless it says otherwise. */
  enum Step {
    /** From the webhook until the dispatcher has read the event from Kafka. */
    RECEIVE,
    /** Until the commit is fetched. */
    FETCH,
    /** Until the target can be read. */
    DISPATCH,
    /** Until the worker has read it. */
    DELIVER,
    /** Until it is rendered and planned. */
    RENDER,
    /** Until a watch reports the changed object. */
    APPLY,
    /** From the webhook until a watch reports the changed object. */
    CHANGED,
    /** From the webhook until all objects are applied, according to the result. */
    APPLIED,
    /** The fetch of the lower bound. */
    FLOOR_FETCH,
    /** The lower bound: a fetch and an apply. */
    FLOOR
  }

  /** Milliseconds of one push, by step. */
  record Push(Map<Step, Double> milliseconds) {
    Push {
      milliseconds = new EnumMap<>(milliseconds);
    }
  }

  Map<Step, Sample> samples() {
    return List.of(Step.values()).stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                step ->
                    Sample.of(pushes.stream().map(push -> push.milliseconds().get(step)).toList()),
                (a, b) -> a,
                () -> new EnumMap<>(Step.class)));
  }
}
