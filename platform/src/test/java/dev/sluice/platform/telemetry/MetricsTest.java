package dev.sluice.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {

  private final Metrics metrics = new Metrics();

  @Test
  void areWrittenInPrometheusTextFormat() {
    Tags east = Tags.of("cluster", "east");
    metrics.counter("b_total", "things").add(east, 2);
    metrics.counter("b_total", "things").add(Tags.of("cluster", "a\"b\\c\nd"), 1);
    metrics.gauge("c", "now", () -> Map.of(east, 7L));
    metrics.gauge("c", "now", () -> Map.of(Tags.empty(), 8L));
    Histogram histogram = metrics.histogram("a_seconds", "how long", 0.1, 1);
    histogram.add(east, Duration.ofMillis(50));
    histogram.add(east, Duration.ofSeconds(1));
    histogram.add(east, Duration.ofMillis(1_001));
    histogram.add(east, Duration.ofMillis(-5));

    metrics.gauge("d", "not yet", Map::of);
    metrics.counter("e_total", "not yet");
    metrics.histogram("f_seconds", "not yet", 1);

    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP a_seconds how long
            # TYPE a_seconds histogram
            a_seconds_bucket{cluster="east",le="0.1"} 2
            a_seconds_bucket{cluster="east",le="1.0"} 3
            a_seconds_bucket{cluster="east",le="+Inf"} 4
            a_seconds_count{cluster="east"} 4
            a_seconds_sum{cluster="east"} 2.051
            # HELP a_seconds_max how long
            # TYPE a_seconds_max gauge
            a_seconds_max{cluster="east"} 1.001
            # HELP b_total things
            # TYPE b_total counter
            b_total{cluster="a\\"b\\\\c\\nd"} 1.0
            b_total{cluster="east"} 2.0
            # HELP c now
            # TYPE c gauge
            c 8.0
            c{cluster="east"} 7.0
            # HELP d not yet
            # TYPE d gauge
            # HELP e_total not yet
            # TYPE e_total counter
            # HELP f_seconds not yet
            # TYPE f_seconds histogram
            """);
  }

  @Test
  void aMetricThatCannotBeReadDoesNotAffectOthers() {
    metrics.counter("b_total", "things").add(Tags.empty(), 1);
    metrics.gauge(
        "a",
        "now",
        () -> {
          throw new IllegalStateException("closed");
        });

    assertThat(metrics.text()).contains("b_total 1.0\n").doesNotContain("# HELP a");
  }

  @Test
  void theProcessIsMeasured() {
    try (ProcessMetrics bound = ProcessMetrics.bind(metrics)) {
      assertThat(bound).isNotNull();
      assertThat(metrics.text())
          .contains(
              "jvm_memory_used_bytes{", "jvm_gc_", "process_files_open_files ", "process_cpu");
    }
  }
}
