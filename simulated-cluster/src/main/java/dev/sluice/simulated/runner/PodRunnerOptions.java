package dev.sluice.simulated.runner;

import dev.sluice.simulated.runner.node.Timing;
import java.time.Duration;

/**
 * Options of a pod runner.
 *
 * @param timing times that pods need
 */
public record PodRunnerOptions(Timing timing) {

  /** Returns the options for pods that start at once. */
  public static PodRunnerOptions quick() {
    return new PodRunnerOptions(
        new Timing(
            Duration.ofMillis(50),
            Duration.ofMinutes(10),
            Duration.ofMillis(50),
            Duration.ofSeconds(10)));
  }

  /** Returns these options with another time until containers run. */
  public PodRunnerOptions withStart(Duration start) {
    return new PodRunnerOptions(new Timing(start, timing.slow(), timing.stop(), timing.backOff()));
  }

  /** Returns these options with another time until slow containers are ready. */
  public PodRunnerOptions withSlow(Duration slow) {
    return new PodRunnerOptions(new Timing(timing.start(), slow, timing.stop(), timing.backOff()));
  }

  /** Returns these options with another first delay of restarts, pulls and failed Jobs. */
  public PodRunnerOptions withBackOff(Duration backOff) {
    return new PodRunnerOptions(new Timing(timing.start(), timing.slow(), timing.stop(), backOff));
  }
}
