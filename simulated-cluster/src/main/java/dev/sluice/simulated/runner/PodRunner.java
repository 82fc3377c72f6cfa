package dev.sluice.simulated.runner;

import dev.sluice.simulated.runner.api.ApiClient;
import dev.sluice.simulated.runner.api.Follower;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.control.Controller;
import dev.sluice.simulated.runner.control.Reconciler;
import dev.sluice.simulated.runner.node.ClaimBinder;
import dev.sluice.simulated.runner.node.Kubelet;
import dev.sluice.simulated.runner.node.LoadBalancers;
import dev.sluice.simulated.runner.workload.DaemonSetController;
import dev.sluice.simulated.runner.workload.DeploymentController;
import dev.sluice.simulated.runner.workload.JobController;
import dev.sluice.simulated.runner.workload.ReplicaSetController;
import dev.sluice.simulated.runner.workload.StatefulSetController;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Program that runs the pods of a cluster, without processes: they become ready after a set time,
 * or fail if their image or annotation says so (see {@link
 * dev.sluice.simulated.runner.node.Behaviour}).
 */
public final class PodRunner implements AutoCloseable {
  private static final String NODE = "simulated";
  private static final Map<String, String> LABELS =
      Map.of(
          "kubernetes.io/hostname",
          NODE,
          "kubernetes.io/os",
          "linux",
          "kubernetes.io/arch",
          "amd64");
  private static final long PATIENCE_SECONDS = 30;

  private final Vertx vertx;
  private final Context context;
  private final ApiClient api;

  private PodRunner(Vertx vertx, Context context, ApiClient api) {
    this.vertx = vertx;
    this.context = context;
    this.api = api;
  }

  /** Starts a runner, which follows the cluster until it is closed. */
  public static PodRunner start(URI server, PodRunnerOptions options) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    Context context = vertx.getOrCreateContext();
    ApiClient api = new ApiClient(vertx, server);
    context.runOnContext(ignored -> follow(vertx, api, options));
    return new PodRunner(vertx, context, api);
  }

  private static void follow(Vertx vertx, ApiClient api, PodRunnerOptions options) {
    Reconciler loop = new Reconciler(vertx, api, Clock.systemUTC(), NODE);
    List<Controller> controllers = controllers(options);
    controllers.forEach(loop::add);
    Future.all(
            Stream.concat(
                    controllers.stream().map(Controller::kind), Stream.of(Kind.CONTROLLER_REVISION))
                .map(kind -> new Follower(vertx, api, kind, loop.cache()).start())
                .toList())
        .onSuccess(all -> loop.start());
  }

  private static List<Controller> controllers(PodRunnerOptions options) {
    return List.of(
        new Kubelet(NODE, options.timing()),
        new ReplicaSetController(),
        new DeploymentController(),
        new StatefulSetController(),
        new DaemonSetController(NODE, LABELS),
        new JobController(options.timing().backOff()),
        new ClaimBinder(),
        new LoadBalancers());
  }

  @Override
  public void close() {
    context.runOnContext(ignored -> api.close());
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the pod runner was ending", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the pod runner does not end", e);
    }
  }
}
