package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
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

  private final ApiMetrics.UnderWay underWay = new ApiMetrics.UnderWay();

  @Test
  void timesWhatWasSentUntilTheClusterHoldsIt() {
    underWay.take(dispatched(1));

    assertThat(underWay.take(applied(1, NOON.plusSeconds(2)))).contains(Duration.ofSeconds(2));
    assertThat(underWay.take(applied(1, NOON.plusSeconds(9)))).as("told twice").isEmpty();
    assertThat(underWay.size()).isZero();
  }

  @Test
  void whatIsParkedIsTimedWhenItIsWellAgain() {
    underWay.take(dispatched(1));
    underWay.take(
        new ResultEvent.Parked(
            subject(1),
            new Failure("Invalid", "no", Failure.Stage.APPLY, Optional.empty()),
            "a new generation"));

    assertThat(underWay.take(applied(1, NOON.plusSeconds(60)))).contains(Duration.ofMinutes(1));
  }

  @Test
  void remembersOneTargetOfAnApplicationInAClusterWhateverBecomesOfIt() {
    for (int generation = 1; generation <= 1_000; generation++) {
      underWay.take(dispatched(generation));
      underWay.take(new ResultEvent.Superseded(subject(generation), generation + 1));
    }
    assertThat(underWay.size()).isEqualTo(1);
    assertThat(underWay.take(applied(999, NOON))).as("not the newest").isEmpty();

    underWay.take(new ResultEvent.Unchanged(subject(1_000), 1, Optional.empty()));
    assertThat(underWay.size()).isZero();

    underWay.take(dispatched(1_001));
    underWay.take(new ResultEvent.Removed(subject(1_001), List.of()));
    assertThat(underWay.size()).isZero();
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
