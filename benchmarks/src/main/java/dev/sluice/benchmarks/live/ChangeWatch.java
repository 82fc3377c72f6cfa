package dev.sluice.benchmarks.live;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Watch on the Deployments of a namespace that tells when one is in an awaited state. */
final class ChangeWatch implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 60;

  private final Map<String, Awaited> awaited = new ConcurrentHashMap<>();
  private final Watch watch;

  /** The state of an event: the action, and the Deployment as it is then. */
  record Seen(Watcher.Action action, Deployment deployment) {}

  private record Awaited(Predicate<Seen> condition, CompletableFuture<Long> at) {}

  ChangeWatch(KubernetesClient cluster, String namespace) {
    this.watch =
        cluster
            .apps()
            .deployments()
            .inNamespace(namespace)
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, Deployment object) {
                    long now = System.nanoTime();
                    String name = object.getMetadata().getName();
                    Awaited next = name == null ? null : awaited.get(name); // bookmarks have none
                    if (next != null && next.condition().test(new Seen(action, object))) {
                      next.at().complete(now);
                    }
                  }

                  @Override
                  public void onClose(WatcherException cause) {
                    awaited.values().forEach(each -> each.at().completeExceptionally(cause));
                  }
                });
  }

  /** Expects an event of a Deployment; replaces what was expected of it before. */
  CompletableFuture<Long> expect(String name, Predicate<Seen> condition) {
    CompletableFuture<Long> at = new CompletableFuture<>();
    awaited.put(name, new Awaited(condition, at));
    return at;
  }

  /** Waits for an event; returns the milliseconds since a time, 0 if it was earlier. */
  static double await(CompletableFuture<Long> event, long since)
      throws InterruptedException, ExecutionException, TimeoutException {
    return Math.max(0, event.get(PATIENCE_SECONDS, TimeUnit.SECONDS) - since) / 1e6;
  }

  @Override
  public void close() {
    watch.close();
  }
}
