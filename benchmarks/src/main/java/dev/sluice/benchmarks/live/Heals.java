package dev.sluice.benchmarks.live;

import io.fabric8.kubernetes.client.Watcher.Action;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Changes and deletes the Deployments of applications as somebody else does, one after the other,
 * and waits until the worker has put each back. Before each, does the same to a Deployment that is
 * not Sluice's, and puts it back itself with one call.
 */
final class Heals {

  private static final long PAUSE_NANOS = 20_000_000;
  private static final int LIMIT = 5;
  private static final int CHANGED = 3;

  private final RawApi api;
  private final ChangeWatch watch;
  private final String namespace;

  Heals(RawApi api, ChangeWatch watch, String namespace) {
    this.api = api;
    this.watch = watch;
    this.namespace = namespace;
  }

  /** Changes a field of each application's Deployment. */
  HealTimes ofChanges(int applications) throws Exception {
    HealTimes times = new HealTimes();
    String own = prepare();
    for (int i = 0; i < applications; i++) {
      String name = SampleApplications.name(i);
      CompletableFuture<Long> seen = watch.expect(own, Heals::isChanged);
      long changed = change(own);
      double shown = ChangeWatch.await(seen, changed);
      double apply = apply(own);

      CompletableFuture<Long> healed = watch.expect(name, changedAndPutBack());
      long start = change(name);
      times.add(new HealTimes.Heal(shown, apply, ChangeWatch.await(healed, start)));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return times;
  }

  /** Deletes each application's Deployment. */
  HealTimes ofDeletions(int applications) throws Exception {
    HealTimes times = new HealTimes();
    String own = prepare();
    for (int i = 0; i < applications; i++) {
      String name = SampleApplications.name(i);
      CompletableFuture<Long> seen = watch.expect(own, each -> each.action() == Action.DELETED);
      long deleted = delete(own);
      double shown = ChangeWatch.await(seen, deleted);
      double apply = apply(own);

      CompletableFuture<Long> healed = watch.expect(name, each -> each.action() == Action.ADDED);
      long start = delete(name);
      times.add(new HealTimes.Heal(shown, apply, ChangeWatch.await(healed, start)));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return times;
  }

  private String prepare() throws Exception {
    String own = "floor";
    double unused = apply(own);
    return own;
  }

  private static boolean isChanged(ChangeWatch.Seen seen) {
    return !Integer.valueOf(LIMIT).equals(seen.deployment().getSpec().getRevisionHistoryLimit());
  }

  private static Predicate<ChangeWatch.Seen> changedAndPutBack() {
    AtomicBoolean changed = new AtomicBoolean();
    return seen -> {
      if (isChanged(seen)) {
        changed.set(true);
        return false;
      }
      return changed.get();
    };
  }

  /** Applies the manifest of a Deployment; returns the milliseconds that takes. */
  private double apply(String name) throws Exception {
    long start = System.nanoTime();
    return RawApi.await(api.apply(path(name), SampleApplications.deployment(name, 0)), start);
  }

  /** Changes a field as {@code kubectl edit} does; returns the time of the answer. */
  private long change(String name) throws Exception {
    String patch = "{\"spec\": {\"revisionHistoryLimit\": %d}}".formatted(CHANGED);
    var unused =
        api.patch(path(name) + "?fieldManager=kubectl-edit", RawApi.STRATEGIC, patch).get();
    return System.nanoTime();
  }

  private long delete(String name) throws Exception {
    var unused = api.delete(path(name)).get();
    return System.nanoTime();
  }

  private String path(String name) {
    return "/apis/apps/v1/namespaces/%s/deployments/%s".formatted(namespace, name);
  }
}
