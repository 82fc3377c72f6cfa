package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Waits until the pods of workloads are ready, or gone. */
final class Rollout {

  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final String NAME_LABEL = "app.kubernetes.io/name";

  private final KubernetesClient client;
  private final Duration patience;
  private final PrintStream out;

  Rollout(KubernetesClient client, Duration patience, PrintStream out) {
    this.client = client;
    this.patience = patience;
    this.out = out;
  }

  /**
   * Waits until the pods of all Deployments and StatefulSets of these objects are ready.
   *
   * @throws ExitException if they are not in time, with what the pods wait for
   */
  void awaitReady(List<? extends JsonNode> objects) throws InterruptedException {
    for (JsonNode object : objects) {
      String kind = object.path(ObjectNames.KIND).asText();
      String namespace = object.at("/metadata/namespace").asText();
      String name = object.at("/metadata/name").asText();
      BooleanSupplier isReady =
          switch (kind) {
            case "Deployment" -> () -> isReady(deployment(namespace, name));
            case "StatefulSet" -> () -> isReady(statefulSet(namespace, name));
            default -> () -> true;
          };
      if (!await(isReady)) {
        throw new ExitException(
            ExitException.TIMED_OUT,
            "%s %s/%s is not ready after %d s%s: see 'kubectl -n %s describe pods -l %s=%s'"
                .formatted(
                    kind,
                    namespace,
                    name,
                    patience.toSeconds(),
                    reasons(namespace, name),
                    namespace,
                    NAME_LABEL,
                    name));
      }
      if (kind.equals("Deployment") || kind.equals("StatefulSet")) {
        out.printf("ready     %s %s/%s%n", kind, namespace, name);
      }
    }
  }

  /** Waits until no pod of a workload is left. */
  void awaitGone(String namespace, String name) throws InterruptedException {
    if (!await(() -> pods(namespace, name).isEmpty())) {
      throw new ExitException(
          ExitException.TIMED_OUT,
          "pods of %s/%s still run after %d s: repeat the command when they have ended"
              .formatted(namespace, name, patience.toSeconds()));
    }
  }

  private boolean await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
    }
    return true;
  }

  private @Nullable Deployment deployment(String namespace, String name) {
    return client.apps().deployments().inNamespace(namespace).withName(name).get();
  }

  private @Nullable StatefulSet statefulSet(String namespace, String name) {
    return client.apps().statefulSets().inNamespace(namespace).withName(name).get();
  }

  private static boolean isReady(@Nullable Deployment live) {
    if (live == null) {
      return false; // deleted meanwhile
    }
    DeploymentStatus status = live.getStatus();
    int wanted = live.getSpec().getReplicas();
    return status != null
        && isSeen(status.getObservedGeneration(), live.getMetadata().getGeneration())
        && Objects.equals(status.getUpdatedReplicas(), wanted)
        && Objects.equals(status.getReplicas(), wanted)
        && Objects.equals(status.getReadyReplicas(), wanted);
  }

  private static boolean isReady(@Nullable StatefulSet live) {
    if (live == null) {
      return false;
    }
    StatefulSetStatus status = live.getStatus();
    int wanted = live.getSpec().getReplicas();
    return status != null
        && isSeen(status.getObservedGeneration(), live.getMetadata().getGeneration())
        && Objects.equals(status.getUpdatedReplicas(), wanted)
        && Objects.equals(status.getReadyReplicas(), wanted);
  }

  private static boolean isSeen(Long observed, Long generation) {
    return observed != null && (generation == null || observed >= generation);
  }

  private String reasons(String namespace, String name) {
    return pods(namespace, name).stream()
        .flatMap(Rollout::reason)
        .findFirst()
        .map(reason -> " (" + reason + ")")
        .orElse("");
  }

  private List<Pod> pods(String namespace, String name) {
    return client.pods().inNamespace(namespace).withLabel(NAME_LABEL, name).list().getItems();
  }

  /** Returns why a container of a pod waits, or why the pod has no node. */
  private static Stream<String> reason(Pod pod) {
    if (pod.getStatus() == null) {
      return Stream.empty();
    }
    Stream<String> containers =
        pod.getStatus().getContainerStatuses().stream()
            .map(ContainerStatus::getState)
            .flatMap(state -> Stream.ofNullable(state.getWaiting()))
            .map(
                waiting ->
                    waiting.getReason()
                        + Optional.ofNullable(waiting.getMessage())
                            .map(message -> ": " + message)
                            .orElse(""));
    Stream<String> conditions =
        pod.getStatus().getConditions().stream()
            .filter(condition -> condition.getStatus().equals("False"))
            .flatMap(condition -> Stream.ofNullable(condition.getMessage()));
    return Stream.concat(containers, conditions);
  }
}
