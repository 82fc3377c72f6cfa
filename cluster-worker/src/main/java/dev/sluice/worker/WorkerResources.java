package dev.sluice.worker;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.worker.render.Renderers;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;

/**
 * External resources of a worker.
 *
 * @param client of the cluster, created from a {@linkplain #tuned tuned} configuration
 */
public record WorkerResources(
    KafkaConnection kafka,
    KubernetesClient client,
    Renderers renderers,
    Listener listener,
    Telemetry telemetry,
    Clock clock) {

  /** Returns the client configuration that workers need: without retries, since lanes retry. */
  public static Config tuned(Config config) {
    return new ConfigBuilder(config).withRequestRetryBackoffLimit(0).build();
  }

  /** Receives the results of a worker within this process. Must not block. */
  @FunctionalInterface
  public interface Listener {

    /** Ignores all results. */
    Listener NONE = _ -> {};

    /** Called when a result is on its way to the results topic. */
    void reported(ResultEvent result);
  }
}
