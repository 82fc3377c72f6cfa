package dev.sluice.platform.telemetry;

import dev.sluice.platform.process.FatalErrors;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Creates Vert.x for an HTTP server, with metrics of its requests, worker pool and event loop. */
public final class MeasuredVertx {

  private static final Duration PERIOD = Duration.ofMillis(500);

  /** Interval at which Vert.x looks for an event loop that does not come to an end. */
  private static final Duration BLOCKED_CHECK = Duration.ofSeconds(5);

  private static final Set<MetricsDomain> MEASURED =
      EnumSet.of(MetricsDomain.HTTP_SERVER, MetricsDomain.NAMED_POOLS);

  private MeasuredVertx() {}

  /**
   * Creates Vert.x. It serves no file from the class path and needs no disk.
   *
   * <p>Vert.x measures requests and the worker pool itself, but not the delay of an event loop: a
   * timer does. It runs on the event loop that serves what the calling thread starts.
   *
   * @param server the server's name in labels
   */
  public static Vertx create(String server, VertxOptions options, Metrics metrics) {
    Vertx vertx =
        Vertx.builder()
            .with(
                options
                    .setMetricsOptions(measured())
                    .setBlockedThreadCheckInterval(BLOCKED_CHECK.toMillis())
                    .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
                    .setFileSystemOptions(
                        new FileSystemOptions()
                            .setFileCachingEnabled(false)
                            .setClassPathResolvingEnabled(false)))
            .withMetrics(new MicrometerMetricsFactory(metrics.registry()))
            .build();
    vertx.exceptionHandler(FatalErrors::handlerFailed);
    Runnable delay =
        metrics
            .histogram(
                "sluice_event_loop_delay_seconds",
                "how late the event loop of an HTTP server runs what is due",
                0.01,
                0.1,
                1,
                10)
            .lateness(Tags.of("server", server), PERIOD);
    vertx.setPeriodic(PERIOD.toMillis(), _ -> delay.run());
    return vertx;
  }

  /** Labels come from the code, since clients choose paths and methods. */
  private static MicrometerMetricsOptions measured() {
    return new MicrometerMetricsOptions()
        .setEnabled(true)
        // Vert.x keeps one registry of each name in the process, and each server has its own
        .setRegistryName(UUID.randomUUID().toString())
        .setLabels(EnumSet.of(Label.HTTP_CODE, Label.HTTP_ROUTE, Label.POOL_NAME))
        .setDisabledMetricsCategories(
            Arrays.stream(MetricsDomain.values())
                .filter(domain -> !MEASURED.contains(domain))
                .map(MetricsDomain::toCategory)
                .collect(Collectors.toSet()));
  }
}
