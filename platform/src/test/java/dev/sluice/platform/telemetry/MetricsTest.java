package dev.sluice.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {

  private final Metrics metrics = new Metrics();

  @Test
  void areWrittenInPrometheusTextFormat() {
    Labels east = Labels.of("cluster", "east");
    metrics.counter("b_total", "things").add(east, 2);
    metrics.counter("b_total", "things").add(Labels.of("cluster", "a\"b\\c\nd"), 1);
    metrics.gauge("c", "now", () -> Map.of(east, 7L));
    metrics.gauge("c", "now", () -> Map.of(Labels.NONE, 8L));
    Histogram histogram = metrics.histogram("a_seconds", "how long", 0.1, 1);
    histogram.add(east, Duration.ofMillis(50));
    histogram.add(east, Duration.ofSeconds(1));
    histogram.add(east, Duration.ofMillis(1_001));
    histogram.add(east, Duration.ofMillis(-5));

    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP a_seconds how long
            # TYPE a_seconds histogram
            a_seconds_bucket{cluster="east",le="0.1"} 2
            a_seconds_bucket{cluster="east",le="1.0"} 3
            a_seconds_bucket{cluster="east",le="+Inf"} 4
            a_seconds_sum{cluster="east"} 2.051000
            a_seconds_count{cluster="east"} 4
            # HELP b_total things
            # TYPE b_total counter
            b_total{cluster="a\\"b\\\\c\\nd"} 1
            b_total{cluster="east"} 2
            # HELP c now
            # TYPE c gauge
            c 8
            c{cluster="east"} 7
            """);
  }

  @Test
  void aMetricThatCannotBeReadDoesNotAffectOthers() {
    metrics.counter("b_total", "things").add(Labels.NONE, 1);
    metrics.gauge(
        "a",
        "now",
        () -> {
          throw new IllegalStateException("closed");
        });

    assertThat(metrics.text()).contains("b_total 1\n").doesNotContain("# HELP a");
  }

  @Test
  void aLabelWithoutValueIsRefused() {
    assertThatThrownBy(() -> Labels.of("cluster")).isInstanceOf(IllegalArgumentException.class);
  }
}
