package dev.sluice.platform.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.telemetry.Metrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HealthServerIT {

  private static final Readiness READY = new Readiness(true, "LEADING");

  @Test
  void reportsWhyAProcessIsNotReady() throws Exception {
    Readiness readiness = new Readiness(false, "LEADING: Kafka is away");

    assertThat(answer("/readyz", () -> readiness, new Metrics()))
        .isEqualTo("503 LEADING: Kafka is away");
  }

  @Test
  void aProcessWhoseStateCannotBeReadIsNotReady() throws Exception {
    Supplier<Readiness> failing =
        () -> {
          throw new AssertionError("a readiness");
        };

    assertThat(answer("/readyz", failing, new Metrics())).isEqualTo("503 unknown: AssertionError");
  }

  @Test
  void aMetricThatCannotBeReadDoesNotAffectOthers() throws Exception {
    Metrics metrics = new Metrics();
    metrics.gauge(
        "bad",
        "a gauge that fails",
        () -> {
          throw new AssertionError("a gauge");
        });
    metrics.gauge("good", "a gauge", Map::of);

    assertThat(answer("/metrics", () -> READY, metrics))
        .startsWith("200 ")
        .contains("# TYPE good gauge")
        .doesNotContain("# TYPE bad gauge");
  }

  private static String answer(String path, Supplier<Readiness> readiness, Metrics metrics)
      throws Exception {
    HealthServer endpoint = HealthServer.start(0, () -> READY, readiness, metrics);
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:%d%s".formatted(endpoint.port(), path)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() + " " + response.body().strip();
    } finally {
      endpoint.close();
    }
  }
}
