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

/** Tells when an object's change could be seen by anyone who watches. */
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

  /** The {@link System#nanoTime} at which the object was seen with this version. */
  long await(String name, String version)
      throws InterruptedException, ExecutionException, TimeoutException {
    return await(name, version, Duration.ofMinutes(5));
  }

  /** The same, for a limited time. */
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
