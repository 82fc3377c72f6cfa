package dev.sluice.worker;

import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.telemetry.Counter;
import dev.sluice.platform.telemetry.Histogram;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.worker.apply.AttemptTelemetry;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.sandbox.IsolationMode;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Metrics of one cluster's worker. The cluster is a label, so that several workers share a page.
 */
final class WorkerMetrics implements AttemptTelemetry.AppliedListener {

  private static final double[] TO_CLUSTER = {
    0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200
  };
  private static final double[] STEPS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60};

  private final String cluster;
  private final Tags here;
  private final Counter results;
  private final Counter retries;
  private final Counter parked;
  private final Counter fenced;
  private final Counter swept;
  private final Counter contained;
  private final Counter invalid;
  private final Counter unswept;
  private final Counter missed;
  private final Counter healed;
  private final Counter contended;
  private final Counter throttled;
  private final Histogram toCluster;
  private final Histogram steps;

  WorkerMetrics(Metrics metrics, ClusterName cluster) {
    this.cluster = cluster.value();
    this.here = Tags.of("cluster", this.cluster);
    this.results =
        metrics.counter("sluice_worker_results_total", "results that the worker reported, by type");
    this.retries =
        metrics.counter(
            "sluice_worker_retries_total", "attempts that failed transiently and are retried");
    this.parked =
        metrics.counter(
            "sluice_worker_parked_total", "attempts that ended parked, with a dead letter");
    this.fenced =
        metrics.counter(
            "sluice_worker_fenced_total", "targets that were skipped because the ledger is newer");
    this.swept =
        metrics.counter(
            "sluice_worker_swept_objects_total", "orphans of fenced workers that were removed");
    this.contained =
        metrics.counter(
            "sluice_worker_contained_failures_total",
            "unexpected failures, each of which affected one item of a loop");
    this.invalid =
        metrics.counter(
            "sluice_worker_invalid_objects_total",
            "objects with this installation's labels that it cannot have written, each counted"
                + " once");
    this.unswept =
        metrics.counter(
            "sluice_worker_sweep_failures_total",
            "kinds that an orphan sweep could not list or clean up");
    this.missed =
        metrics.counter(
            "sluice_worker_resync_findings_total",
            "changes of live objects that the watches had missed and a resync found");
    this.healed =
        metrics.counter(
            "sluice_worker_healed_objects_total", "live objects that were put back after drift");
    this.contended =
        metrics.counter(
            "sluice_worker_contended_total",
            "pauses of heals, since another writer changed an object each time");
    this.throttled =
        metrics.counter(
            "sluice_worker_throttled_requests_total",
            "requests that the API server refused with 429, since it was too busy for them");
    this.toCluster =
        metrics.histogram(
            "sluice_worker_change_to_applied_seconds",
            "from receiving a change until the cluster was up to date",
            TO_CLUSTER);
    this.steps =
        metrics.histogram("sluice_worker_step_seconds", "duration of the steps of an apply", STEPS);
    fenced.add(here, 0);
    swept.add(here, 0);
    invalid.add(here, 0);
    unswept.add(here, 0);
    missed.add(here, 0);
    healed.add(here, 0);
    contended.add(here, 0);
    throttled.add(here, 0);
  }

  /** Registers the gauges that read the worker's current state. */
  static void registerState(Metrics metrics, ClusterName cluster, Supplier<View> worker) {
    Tags here = Tags.of("cluster", cluster.value());
    metrics.gauge(
        "sluice_worker_leading",
        "1 if this worker leads and follows the log; 0 if it is standby, catching up or stopped",
        () -> Map.of(here, worker.get().status() == WorkerStatus.LEADING ? 1L : 0L));
    metrics.gauge(
        "sluice_worker_ready",
        "1 if the worker is ready, which includes a standby",
        () -> Map.of(here, worker.get().isReady() ? 1L : 0L));
    metrics.gauge(
        "sluice_worker_lag",
        "records of the cluster's sync topic that the leading worker has not read",
        () -> {
          OptionalLong lag = worker.get().lag();
          return lag.isPresent() ? Map.of(here, lag.getAsLong()) : Map.of();
        });
    metrics.gauge(
        "sluice_worker_applications",
        "applications by the state of their lane",
        () -> {
          Map<Tags, Long> states = new HashMap<>();
          worker
              .get()
              .lanes()
              .forEach(
                  (state, count) ->
                      states.put(Tags.of("cluster", cluster.value(), "state", state), count));
          return states;
        });
    metrics.gauge(
        "sluice_worker_unreadable_ledgers",
        "ledgers that cannot be used, by cause; their applications are parked",
        () -> {
          Map<Tags, Long> causes = new HashMap<>();
          LedgerReading.CAUSES.forEach(
              cause -> causes.put(Tags.of("cluster", cluster.value(), "cause", cause.value()), 0L));
          worker
              .get()
              .unreadableLedgers()
              .forEach(
                  (cause, count) ->
                      causes.put(
                          Tags.of("cluster", cluster.value(), "cause", cause.value()), count));
          return causes;
        });
    metrics.gauge(
        "sluice_worker_unavailable_apis",
        "aggregated APIs whose server did not answer when it was last asked",
        () -> Map.of(here, (long) worker.get().unavailableApis()));
    metrics.gauge(
        "sluice_worker_live_objects",
        "objects of applications whose health and drift are observed",
        () -> Map.of(here, worker.get().observed().objects()));
    metrics.gauge(
        "sluice_worker_watched_kinds",
        "kinds of the observed objects",
        () -> Map.of(here, worker.get().observed().kinds()));
    metrics.gauge(
        "sluice_worker_unwatched_kinds",
        "kinds of the observed objects whose changes are not received at the moment",
        () -> Map.of(here, worker.get().observed().unwatched()));
    metrics.gauge(
        "sluice_worker_protected_applications",
        "applications whose objects an admission policy protects against other writers",
        () -> Map.of(here, (long) worker.get().protectedApplications()));
    metrics.gauge(
        "sluice_worker_unreachable",
        "1 while the cluster's API does not answer",
        () -> Map.of(here, worker.get().isUnreachable() ? 1L : 0L));
  }

  /** Registers the gauge that shows how renderers are isolated from the worker. */
  static void registerIsolation(Metrics metrics, ClusterName cluster, IsolationMode mode) {
    Map<Tags, Long> one = Map.of(Tags.of("cluster", cluster.value(), "mode", mode.text()), 1L);
    metrics.gauge(
        "sluice_worker_render_isolation",
        "1 for the isolation of renderers in use: bubblewrap, namespaces, user or none",
        () -> one);
  }

  /** Counts a failure of one item of a loop that went on. */
  void countContained(String loop) {
    contained.add(Tags.of("cluster", cluster, "loop", loop), 1);
  }

  /** Counts an object that carries this installation's labels but cannot be its own. */
  void countInvalid() {
    invalid.add(here, 1);
  }

  /** Counts a kind that a sweep could not list or clean up. */
  void countUnswept() {
    unswept.add(here, 1);
  }

  /** Counts a change of a live object that the watches had missed. */
  void countResyncFinding() {
    missed.add(here, 1);
  }

  /** Counts a request that the API server was too busy for. */
  void countThrottled() {
    throttled.add(here, 1);
  }

  void reported(ResultEvent result) {
    results.add(Tags.of("cluster", cluster, "type", EventType.of(result).slug()), 1);
    switch (result) {
      case ResultEvent.Retrying retrying -> retries.add(cause(retrying.failure().code()), 1);
      case ResultEvent.Parked one -> parked.add(cause(one.failure().code()), 1);
      case ResultEvent.Fenced _ -> fenced.add(here, 1);
      case ObservedEvent.Healed it -> healed.add(here, it.changes().size());
      case ObservedEvent.Contended _ -> contended.add(here, 1);
      case ResultEvent.Swept found -> swept.add(here, found.changes().size());
      case ResultEvent.Dispatched _,
          ResultEvent.Held _,
          ResultEvent.Planned _,
          Waiting _,
          ResultEvent.Applied _,
          ResultEvent.Unchanged _,
          ResultEvent.Superseded _,
          ResultEvent.Removed _,
          ObservedEvent.OfHealth _,
          ObservedEvent.Drifted _,
          ObservedEvent.DriftEnded _,
          ResultEvent.WorkerHello _,
          DiffAnswered _,
          ObjectsAnswered _ -> {}
    }
  }

  @Override
  public void applied(
      SyncEvent.Target target, Instant begunAt, ResultEvent.Timings timings, boolean again) {
    if (!again) {
      toCluster.add(here, Duration.between(target.provenance().changedAt(), timings.appliedAt()));
    }
    step("render", begunAt, timings.renderedAt());
    step("plan", timings.renderedAt(), timings.plannedAt());
    step("apply", timings.plannedAt(), timings.appliedAt());
  }

  private void step(String step, Instant from, Instant to) {
    steps.add(Tags.of("cluster", cluster, "step", step), Duration.between(from, to));
  }

  private Tags cause(FailureCode code) {
    return Tags.of("cluster", cluster, "cause", code.value());
  }

  /**
   * State of a worker at one moment.
   *
   * @param isWell whether the worker has no problem in its current status
   * @param lag records of the sync topic that are still to be read; empty if it reads none
   * @param lanes number of applications by the state of their lane
   * @param unreadableLedgers number of ledgers by failure code
   */
  record View(
      WorkerStatus status,
      boolean isWell,
      OptionalLong lag,
      Map<String, Long> lanes,
      Map<FailureCode, Long> unreadableLedgers,
      boolean isUnreachable,
      int unavailableApis,
      Observation.Counts observed,
      int protectedApplications) {

    static View idle(WorkerStatus status, boolean isWell) {
      return new View(
          status,
          isWell,
          OptionalLong.empty(),
          Map.of(),
          Map.of(),
          false,
          0,
          Observation.Counts.NONE,
          0);
    }

    boolean isReady() {
      return status.isReady() && isWell;
    }
  }
}
