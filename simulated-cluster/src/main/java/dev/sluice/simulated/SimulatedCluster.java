package dev.sluice.simulated;

import dev.sluice.simulated.fault.FaultInjector;
import dev.sluice.simulated.resource.ResourceCatalog;
import dev.sluice.simulated.runner.PodRunner;
import dev.sluice.simulated.server.ApiServer;
import dev.sluice.simulated.server.Cluster;
import dev.sluice.simulated.store.Store;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Kubernetes API server in this process, over plain HTTP and without authentication.
 *
 * <p>It stores, validates, applies, watches and deletes objects like a real one. Workloads get pods
 * if the options have a {@link PodRunner}. Unsupported requests are answered with 501.
 */
public final class SimulatedCluster implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final SimulatedClusterOptions options;
  private final Vertx vertx;
  private final Context loop;
  private final Store store;
  private final FaultInjector faults = new FaultInjector();
  private final ApiServer server;
  private final HttpServer listener;
  private final Optional<PodRunner> pods;

  private SimulatedCluster(SimulatedClusterOptions options) {
    this.options = options;
    this.store = Store.open(options.dataDirectory());
    this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    this.loop = vertx.getOrCreateContext();
    Cluster cluster = new Cluster(store, new ResourceCatalog(), Clock.systemUTC());
    this.server = new ApiServer(vertx, cluster, faults::faultFor);
    try {
      this.listener =
          call(
              () -> {
                server.start();
                return vertx
                    .createHttpServer()
                    .requestHandler(server.router())
                    .listen(options.port(), options.host());
              });
    } catch (RuntimeException e) {
      stop();
      throw e;
    }
    this.pods = options.pods().map(pods -> PodRunner.start(uri(), pods));
  }

  /**
   * Starts a cluster and waits until it listens.
   *
   * @throws UncheckedIOException if the data directory cannot be used
   * @throws IllegalStateException if the port is in use
   */
  public static SimulatedCluster start(SimulatedClusterOptions options) {
    return new SimulatedCluster(options);
  }

  public String name() {
    return options.name();
  }

  /** Returns the address of the API. */
  public URI uri() {
    return URI.create("http://" + options.host() + ":" + listener.actualPort());
  }

  /** Returns a kubeconfig as YAML; its only context has the cluster's name. */
  public String kubeconfig() {
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - name: %1$s
      cluster:
        server: %2$s
    users:
    - name: %1$s
      user: {}
    contexts:
    - name: %1$s
      context:
        cluster: %1$s
        user: %1$s
    current-context: %1$s
    """
        .formatted(options.name(), uri());
  }

  /** Deletes every object that a new cluster does not have, and notifies watchers. */
  public void wipe() {
    call(
        () -> {
          server.wipe();
          return Future.succeededFuture();
        });
  }

  /** Drops the history of changes, so that watches from older resource versions get 410. */
  public void expireHistory() {
    call(
        () -> {
          store.compact();
          return Future.succeededFuture();
        });
  }

  /** Returns the fault injector, through which tests make requests fail. */
  public FaultInjector faults() {
    return faults;
  }

  @Override
  public void close() {
    pods.ifPresent(PodRunner::close);
    stop();
  }

  private void stop() {
    await(vertx.close());
    try {
      store.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a step on the event loop, which owns all state, and waits for it. */
  private <T> T call(Callable<Future<T>> step) {
    io.vertx.core.Promise<T> promise = io.vertx.core.Promise.promise();
    loop.runOnContext(
        ignored -> {
          try {
            step.call().onComplete(promise);
          } catch (Exception e) {
            promise.fail(e);
          }
        });
    return await(promise.future());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the simulated cluster was busy", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the simulated cluster failed: " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the simulated cluster does not answer", e);
    }
  }
}
