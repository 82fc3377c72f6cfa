package dev.sluice.simulated.runner;

import dev.sluice.simulated.runner.node.Timing;
import java.time.Duration;

/**
 * Options of a pod runner.
 *
 * @param timing times that pods need
 * @param role what the cluster lacks, and the runner plays
 */
public record PodRunnerOptions(Timing timing, Role role) {

  /** Programs of Kubernetes that a runner plays. */
  public enum Role {
    /** Scheduler, kubelet, workload controllers, binder of claims, load balancers. */
    ALL,
    /** Scheduler and kubelet, beside a kube-controller-manager. */
    PODS
  }

  /** Returns the options for a cluster without controllers, whose pods start at once. */
  public static PodRunnerOptions quick() {
    return new PodRunnerOptions(
        new Timing(
            Duration.ofMillis(50),
            Duration.ofMinutes(10),
            Duration.ofMillis(50),
            Duration.ofSeconds(10)),
        Role.ALL);
  }

  /** Returns these options with another time until containers run. */
  public PodRunnerOptions withStart(Duration start) {
    return new PodRunnerOptions(
        new Timing(start, timing.slow(), timing.stop(), timing.backOff()), role);
  }

  /** Returns these options with another time until slow containers are ready. */
  public PodRunnerOptions withSlow(Duration slow) {
    return new PodRunnerOptions(
        new Timing(timing.start(), slow, timing.stop(), timing.backOff()), role);
  }

  /** Returns these options with another first delay of restarts, pulls and failed Jobs. */
  public PodRunnerOptions withBackOff(Duration backOff) {
    return new PodRunnerOptions(
        new Timing(timing.start(), timing.slow(), timing.stop(), backOff), role);
  }

  /** Returns these options for a cluster with a kube-controller-manager. */
  public PodRunnerOptions withRole(Role role) {
    return new PodRunnerOptions(timing, role);
  }
}
