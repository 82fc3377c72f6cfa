package dev.sluice.benchmarks.program;

import dev.sluice.benchmarks.live.SampleApplications;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/** Counts the objects of sample applications by revision, as watches report them. */
final class RevisionWatch implements AutoCloseable {

  private final Map<String, Set<String>> byRevision = new ConcurrentHashMap<>();
  private final List<Watch> watches;

  RevisionWatch(KubernetesClient client, String namespace) {
    this.watches =
        List.of(
            watch(client.apps().deployments(), namespace),
            watch(client.services(), namespace),
            watch(client.configMaps(), namespace),
            watch(client.serviceAccounts(), namespace));
  }

  private <T extends HasMetadata> Watch watch(MixedOperation<T, ?, ?> objects, String namespace) {
    return objects
        .inNamespace(namespace)
        .watch(
            new Watcher<>() {
              @Override
              public void eventReceived(Action action, T object) {
                seen(object);
              }

              @Override
              public void onClose(WatcherException cause) {
                // the wait for an object ends by its limit
              }
            });
  }

  private void seen(HasMetadata object) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    if (annotations == null || !annotations.containsKey(SampleApplications.REVISION)) {
      return;
    }
    byRevision
        .computeIfAbsent(
            annotations.get(SampleApplications.REVISION), _ -> ConcurrentHashMap.newKeySet())
        .add(object.getKind() + "/" + object.getMetadata().getName());
    synchronized (this) {
      notifyAll();
    }
  }

  /** Waits until this many objects have the revision. */
  synchronized void await(String revision, int objects, Duration limit)
      throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (count(revision) < objects) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new TimeoutException(
            "%d of %d objects have revision %s after %s"
                .formatted(count(revision), objects, revision, limit));
      }
      wait(left);
    }
  }

  private int count(String revision) {
    return byRevision.getOrDefault(revision, Set.of()).size();
  }

  @Override
  public void close() {
    watches.forEach(Watch::close);
  }
}
