package dev.sluice.api.http;

import dev.sluice.api.readmodel.Observations;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ResultEvent.Applied;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.telemetry.Counter;
import dev.sluice.platform.telemetry.Histogram;
import dev.sluice.platform.telemetry.Metrics;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Metrics derived from the topics: results by type, time from change to cluster, open dead letters
 * by cause, lag. Counters start once the read model has caught up, so a rebuild does not count old
 * records again.
 */
final class ApiMetrics {

  private static final double[] BOUNDS = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800};

  private final ReadModel model;
  private final Counter results;
  private final Histogram toCluster;
  private final InFlightTargets inFlight = new InFlightTargets();

  ApiMetrics(Metrics metrics, ReadModel model) {
    this.model = model;
    this.results =
        metrics.counter("sluice_results_total", "results of workers and dispatchers, by type");
    this.toCluster =
        metrics.histogram(
            "sluice_change_to_cluster_seconds",
            "time from receiving a change until a cluster holds it",
            BOUNDS);
    metrics.gauge(
        "sluice_dead_letters_open",
        "open dead letters, by cause",
        () -> labelled(model.fleet().openDeadLetters(), "cause"));
    metrics.gauge(
        "sluice_applications_health",
        "applications by health, counted in each cluster",
        () ->
            model.observations().byHealth().stream()
                .collect(
                    Collectors.toMap(
                        count -> Tags.of("cluster", count.cluster(), "health", count.value()),
                        Observations.Count::applications)));
    metrics.gauge(
        "sluice_applications_drifted",
        "applications with objects that differ from what was applied, by cluster",
        () -> labelled(model.observations().drifted(), "cluster"));
    metrics.gauge(
        "sluice_applications_contended",
        "applications with objects that another writer changes after each heal, by cluster",
        () -> labelled(model.observations().contended(), "cluster"));
    metrics.gauge(
        "sluice_repository_unreadable_refs",
        "unreadable refs, by repository and cause",
        () ->
            counted(
                model.fleet().unreadable().stream()
                    .map(ref -> Tags.of("repository", ref.repository(), "code", ref.code()))));
    metrics.gauge(
        "sluice_parts",
        "parts of the installation by state, according to their reports",
        () ->
            counted(
                model.parts(Scope.ALL).stream()
                    .map(
                        part ->
                            Tags.of(
                                "part",
                                part.part(),
                                "cluster",
                                part.cluster().orElse(""),
                                "state",
                                part.state()))));
    metrics.gauge(
        "sluice_conditions",
        "conditions that parts report, by code",
        () ->
            counted(
                model.parts(Scope.ALL).stream()
                    .flatMap(
                        part ->
                            part.conditions().stream()
                                .map(
                                    condition ->
                                        Tags.of(
                                            "part",
                                            part.part(),
                                            "cluster",
                                            part.cluster().orElse(""),
                                            "code",
                                            condition.code())))));
    metrics.gauge(
        "sluice_read_model_lag",
        "records not yet read, by topic",
        () -> labelled(model.lag(), "topic"));
  }

  /** Starts counting. */
  void listen() {
    model.listen(this::count);
  }

  private void count(List<Envelope<?>> events, boolean live) {
    if (!live) {
      return;
    }
    for (Envelope<?> envelope : events) {
      if (envelope.event() instanceof ResultEvent result) {
        results.add(
            Tags.of("cluster", result.cluster().value(), "type", EventType.of(result).slug()), 1);
        inFlight.record(result).ifPresent(duration -> toCluster.add(Tags.empty(), duration));
      }
    }
  }

  private static Map<Tags, Long> counted(Stream<Tags> series) {
    return series.collect(Collectors.groupingBy(tags -> tags, Collectors.counting()));
  }

  private static Map<Tags, Long> labelled(Map<String, Long> values, String label) {
    return values.entrySet().stream()
        .collect(Collectors.toMap(each -> Tags.of(label, each.getKey()), Map.Entry::getValue));
  }

  /**
   * Newest target of each application in each cluster, until the cluster holds it. A newer target
   * replaces a superseded one. A parked target stays, since it may still be applied.
   */
  static final class InFlightTargets {

    private final Map<String, Sent> sent = new HashMap<>();

    private record Sent(Generation generation, Instant changedAt) {}

    /** Returns how long the change took if this result completes it. For use by one thread. */
    Optional<Duration> record(ResultEvent result) {
      switch (result) {
        case Dispatched dispatched ->
            sent.put(
                dispatched.key(),
                new Sent(dispatched.subject().generation(), dispatched.provenance().changedAt()));
        case Applied applied -> {
          return ended(applied).map(at -> Duration.between(at, applied.timings().appliedAt()));
        }
        case ResultEvent.Unchanged unchanged -> ended(unchanged);
        case ResultEvent.Removed removed -> ended(removed);
        case ResultEvent.Planned _,
            Waiting _,
            ResultEvent.Superseded _,
            ResultEvent.Retrying _,
            ResultEvent.Parked _,
            ResultEvent.Fenced _,
            ObservedEvent _,
            ResultEvent.Swept _,
            ResultEvent.Held _,
            ResultEvent.WorkerHello _,
            DiffAnswered _,
            ObjectsAnswered _ -> {}
      }
      return Optional.empty();
    }

    int size() {
      return sent.size();
    }

    private Optional<Instant> ended(ResultEvent.OfTarget result) {
      Sent known = sent.get(result.key());
      if (known == null || !known.generation().equals(result.subject().generation())) {
        return Optional.empty();
      }
      sent.remove(result.key());
      return Optional.of(known.changedAt());
    }
  }
}
