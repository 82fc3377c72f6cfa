package dev.sluice.benchmarks;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The pushes of one run, each with its steps. */
record LatencyRun(List<Push> pushes) {

  LatencyRun {
    pushes = List.copyOf(pushes);
  }

  /** What is timed. */
  enum Step {
    /** Webhook sent until the dispatcher has the event from Kafka. */
    RECEIVE,
    /** Until the commit is fetched. */
    FETCH,
    /** Until the target can be read. */
    DISPATCH,
    /** Until the worker has read it. */
    DELIVER,
    /** Until it is rendered and planned. */
    RENDER,
    /** Until the object's change is seen by a watch. */
    APPLY,
    /** Webhook sent until the object's change is seen. */
    CHANGED,
    /** Webhook sent until all objects are applied, as the result says. */
    APPLIED,
    /** The floor's fetch. */
    FLOOR_FETCH,
    /** The floor: fetch and the same API calls. */
    FLOOR
  }

  /** One push, in milliseconds by step. */
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
