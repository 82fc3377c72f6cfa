package dev.sluice.benchmarks;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Watch on ConfigMaps that records when changes are reported. */
final class ObjectWatch implements AutoCloseable {

  private final Map<String, CompletableFuture<Long>> seen = new ConcurrentHashMap<>();
  private final Watch watch;

  ObjectWatch(KubernetesClient cluster, String namespace) {
    this.watch =
        cluster
            .configMaps()
            .inNamespace(namespace)
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, ConfigMap object) {
                    long now = System.nanoTime();
                    if (object.getData() != null && object.getData().get("version") != null) {
                      future(object.getMetadata().getName(), object.getData().get("version"))
                          .complete(now);
                    }
                  }

                  @Override
                  public void onClose(WatcherException cause) {
                    seen.values().forEach(future -> future.completeExceptionally(cause));
                  }
                });
  }

  /** Waits for the object with this version; returns the {@link System#nanoTime} of its event. */
  long await(String name, String version)
      throws InterruptedException, ExecutionException, TimeoutException {
    return await(name, version, Duration.ofMinutes(5));
  }

  /** Waits up to a limit for the object with this version; returns the time of its event. */
  long await(String name, String version, Duration limit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future(name, version).get(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private CompletableFuture<Long> future(String name, String version) {
    return seen.computeIfAbsent(name + "@" + version, key -> new CompletableFuture<>());
  }

  @Override
  public void close() {
    watch.close();
  }
}
