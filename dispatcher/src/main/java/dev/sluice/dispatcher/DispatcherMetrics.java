package dev.sluice.dispatcher;

import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.platform.telemetry.Counter;
import dev.sluice.platform.telemetry.Histogram;
import dev.sluice.platform.telemetry.Metrics;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Metrics of a dispatcher; passes every notification on to a further listener. */
final class DispatcherMetrics implements DispatchListener {

  private static final double[] TO_DISPATCH = {
    0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800
  };

  private static final int MAX_ENDPOINTS = 100;

  private final DispatchListener listener;
  private final Optional<RepositoryId> fleet;
  private final Counter changes;
  private final Counter evaluations;
  private final Counter targets;
  private final Counter refused;
  private final Counter retries;
  private final Counter found;
  private final Counter unmet;
  private final Counter unfollowed;
  private final Set<String> endpoints = ConcurrentHashMap.newKeySet();
  private final Histogram toDispatch;

  /**
   * Creates the metrics of a dispatcher.
   *
   * @param fleet the repository that the fleet is in, which no application needs to follow
   */
  DispatcherMetrics(Metrics metrics, DispatchListener listener, Optional<RepositoryId> fleet) {
    this.listener = listener;
    this.fleet = fleet;
    this.changes =
        metrics.counter(
            "sluice_dispatcher_changes_total", "events about refs that applications follow");
    this.evaluations =
        metrics.counter("sluice_dispatcher_evaluations_total", "finished evaluations of a ref");
    this.targets =
        metrics.counter(
            "sluice_dispatcher_targets_total", "targets sent to clusters by evaluations");
    this.refused =
        metrics.counter(
            "sluice_dispatcher_refused_total",
            "applications whose sources cannot be rendered, by cause, counted in each evaluation");
    this.retries =
        metrics.counter(
            "sluice_dispatcher_retries_total",
            "failed evaluations of a ref that are retried, those whose commit Git does not show"
                + " yet included");
    this.found =
        metrics.counter(
            "sluice_dispatcher_sweep_finds_total", "refs whose move no webhook reported");
    this.unmet =
        metrics.counter(
            "sluice_dispatcher_unmet_expectations_total",
            "commits that webhooks announced and that Git did not show in time: the ref was"
                + " evaluated as it was");
    this.unfollowed =
        metrics.counter(
            "sluice_dispatcher_unfollowed_deliveries_total",
            "webhooks about repositories that no application follows, by endpoint");
    this.toDispatch =
        metrics.histogram(
            "sluice_dispatcher_change_to_dispatched_seconds",
            "time from the arrival of a change until its targets were in Kafka",
            TO_DISPATCH);
    for (Counter counter : new Counter[] {changes, evaluations, targets, retries, found, unmet}) {
      counter.add(Tags.empty(), 0);
    }
  }

  /** Registers the gauges, which read the dispatcher's state at each scrape. */
  static void registerGauges(Metrics metrics, Dispatcher dispatcher) {
    metrics.gauge(
        "sluice_dispatcher_lag",
        "unfinished events of a partition; does not fall while the partition has stopped",
        () -> {
          Map<Tags, Long> byPartition = new HashMap<>();
          dispatcher
              .lag()
              .forEach(
                  (partition, lag) -> byPartition.put(Tags.of("home", partition.toString()), lag));
          return byPartition;
        });
    metrics.gauge(
        "sluice_dispatcher_obstacles",
        "reasons why this dispatcher is not ready",
        () -> Map.of(Tags.empty(), (long) dispatcher.unreadyReasons().size()));
  }

  @Override
  public void seen(ChangeSeen change) {
    changes.add(Tags.empty(), 1);
    listener.seen(change);
  }

  @Override
  public void evaluated(ChangeEvaluated change) {
    evaluations.add(Tags.empty(), 1);
    targets.add(Tags.empty(), change.affected().size());
    change.refused().forEach(one -> refused.add(Tags.of("cause", one.failure().code().value()), 1));
    if (!change.causes().isEmpty()) {
      toDispatch.add(Tags.empty(), Duration.between(change.heardAt(), change.dispatchedAt()));
    }
    listener.evaluated(change);
  }

  @Override
  public void retrying(RepositoryId repository, GitRef ref) {
    retries.add(Tags.empty(), 1);
    listener.retrying(repository, ref);
  }

  @Override
  public void unmet(RepositoryId repository, GitRef ref) {
    unmet.add(Tags.empty(), 1);
    listener.unmet(repository, ref);
  }

  @Override
  public void unfollowed(String endpoint, RepositoryId repository) {
    if (fleet.filter(repository::equalsIgnoringCase).isPresent()) {
      return;
    }
    // endpoint names come from events: beyond the limit they are counted together
    boolean isNamed = endpoints.size() < MAX_ENDPOINTS || endpoints.contains(endpoint);
    if (isNamed) {
      endpoints.add(endpoint);
    }
    unfollowed.add(Tags.of("endpoint", isNamed ? endpoint : "other"), 1);
    listener.unfollowed(endpoint, repository);
  }

  @Override
  public void found(RepositoryId repository, GitRef ref) {
    found.add(Tags.empty(), 1);
    listener.found(repository, ref);
  }
}
