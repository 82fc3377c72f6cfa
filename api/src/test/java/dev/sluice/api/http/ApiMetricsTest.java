package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApiMetricsTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final ApiMetrics.InFlightTargets inFlight = new ApiMetrics.InFlightTargets();

  @Test
  void measuresTheTimeFromChangeToCluster() {
    inFlight.record(dispatched(1));

    assertThat(inFlight.record(applied(1, NOON.plusSeconds(2)))).contains(Duration.ofSeconds(2));
    assertThat(inFlight.record(applied(1, NOON.plusSeconds(9)))).as("reported twice").isEmpty();
    assertThat(inFlight.size()).isZero();
  }

  @Test
  void aParkedTargetIsMeasuredWhenItIsApplied() {
    inFlight.record(dispatched(1));
    inFlight.record(
        new ResultEvent.Parked(
            subject(1),
            new Failure(ApplyFailure.INVALID, "no", Failure.Stage.APPLY, Optional.empty()),
            "a new generation"));

    assertThat(inFlight.record(applied(1, NOON.plusSeconds(60)))).contains(Duration.ofMinutes(1));
  }

  @Test
  void keepsAtMostOneTargetPerApplicationAndCluster() {
    for (int generation = 1; generation <= 1_000; generation++) {
      inFlight.record(dispatched(generation));
      inFlight.record(
          new ResultEvent.Superseded(subject(generation), new Generation(generation + 1)));
    }
    assertThat(inFlight.size()).isEqualTo(1);
    assertThat(inFlight.record(applied(999, NOON))).as("not the newest").isEmpty();

    inFlight.record(new ResultEvent.Unchanged(subject(1_000), 1, Optional.empty()));
    assertThat(inFlight.size()).isZero();

    inFlight.record(dispatched(1_001));
    inFlight.record(new ResultEvent.Removed(subject(1_001), List.of()));
    assertThat(inFlight.size()).isZero();
  }

  private static ResultEvent.Dispatched dispatched(long generation) {
    return new ResultEvent.Dispatched(
        subject(generation),
        Optional.of("v1:a"),
        "web.yaml",
        new Provenance(List.of(), Optional.empty(), NOON, NOON, "b", 1));
  }

  private static ResultEvent.Applied applied(long generation, Instant at) {
    return new ResultEvent.Applied(
        subject(generation),
        List.of(),
        1,
        new ResultEvent.Timings(at, at, at, at),
        Optional.empty());
  }

  private static Subject subject(long generation) {
    return new Subject(
        new ClusterName("east"),
        new ApplicationName("web"),
        new Generation(generation),
        Optional.empty(),
        EventId.of("sync", generation));
  }
}
