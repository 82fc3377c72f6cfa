package dev.sluice.worker;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Records the requests of a worker, and can suspend the worker like SIGSTOP. */
final class Requests implements Interceptor {

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<String> watches = new CopyOnWriteArrayList<>();
  private final CountDownLatch paused = new CountDownLatch(1);
  private final CountDownLatch resumed = new CountDownLatch(1);
  private volatile @Nullable Predicate<String> pauseAt;
  private volatile boolean pausing;

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String line = request.method() + " " + request.uri().getPath();
    seen.add(line);
    String query = request.uri().getQuery();
    if (query != null && query.contains("watch=true")) {
      watches.add(request.uri().getPath());
    }
    Predicate<String> trigger = pauseAt;
    if (trigger != null && trigger.test(line)) {
      pauseAt = null;
      pausing = true;
      paused.countDown();
    }
    if (pausing) {
      hold();
    }
  }

  /** Suspends the worker at the first such request: no request is sent before {@link #resume}. */
  void pauseAt(Predicate<String> request) {
    pauseAt = request;
  }

  void awaitPaused() throws InterruptedException {
    paused.await();
  }

  void resume() {
    pausing = false;
    resumed.countDown();
  }

  /** Returns the requests about objects: without Leases, ledgers and watches. */
  List<String> aboutObjects(String namespace) {
    return seen.stream().filter(line -> line.contains("/namespaces/" + namespace + "/")).toList();
  }

  /** Returns all requests since the last {@link #clear}, as method and path. */
  List<String> all() {
    return List.copyOf(seen);
  }

  /** Returns the collections whose watch was requested, once for each request. */
  List<String> watches() {
    return List.copyOf(watches);
  }

  List<String> writes() {
    return seen.stream()
        .filter(line -> !line.startsWith("GET") && !line.contains("/leases"))
        .toList();
  }

  void clear() {
    seen.clear();
  }

  private void hold() {
    boolean interrupted = false;
    while (true) {
      try {
        resumed.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // a suspended process notices nothing before it resumes
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
