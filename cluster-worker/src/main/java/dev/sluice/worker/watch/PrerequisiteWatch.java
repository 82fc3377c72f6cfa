package dev.sluice.worker.watch;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Retries at once the applications that were parked because an object was missing, when it appears.
 */
public final class PrerequisiteWatch<T extends HasMetadata>
    implements ResourceEventHandler<T>, AutoCloseable {

  private static final long NO_RESYNC = 0;

  /** Discovery learns of a definition a moment after its status says that it is established. */
  private static final List<Duration> DISCOVERY =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(5));

  private final SharedIndexInformer<T> informer;
  private final Lanes lanes;
  private final Containment containment;
  private final Predicate<T> usable;
  private final Function<T, Predicate<Outcome.Parked>> wakes;
  private final List<Duration> again;

  private PrerequisiteWatch(
      SharedIndexInformer<T> informer,
      Lanes lanes,
      Containment containment,
      Predicate<T> usable,
      Function<T, Predicate<Outcome.Parked>> wakes,
      List<Duration> again) {
    this.informer = informer;
    this.lanes = lanes;
    this.containment = containment;
    this.usable = usable;
    this.wakes = wakes;
    this.again = again;
  }

  public static PrerequisiteWatch<Namespace> ofNamespaces(
      KubernetesClient client, Lanes lanes, Containment containment) {
    return started(
        new PrerequisiteWatch<>(
            client.namespaces().runnableInformer(NO_RESYNC),
            lanes,
            containment,
            _ -> true,
            namespace -> parked -> isIn(parked, namespace.getMetadata().getName()),
            List.of()));
  }

  public static PrerequisiteWatch<CustomResourceDefinition> ofDefinitions(
      KubernetesClient client, Lanes lanes, Containment containment) {
    return started(
        new PrerequisiteWatch<>(
            client.apiextensions().v1().customResourceDefinitions().runnableInformer(NO_RESYNC),
            lanes,
            containment,
            PrerequisiteWatch::isEstablished,
            definition -> parked -> mayWaitFor(parked, definition),
            DISCOVERY));
  }

  private static <T extends HasMetadata> PrerequisiteWatch<T> started(PrerequisiteWatch<T> watch) {
    watch.informer.addEventHandler(watch);
    // a wiped cluster is restored; without permission to list, parked applications are retried by
    // timer
    watch.informer.exceptionHandler((_, _) -> true);
    var unused = watch.informer.start();
    return watch;
  }

  @Override
  public void onAdd(T object) {
    contained(
        object,
        () -> {
          if (usable.test(object)) {
            appeared(object);
          }
        });
  }

  @Override
  public void onUpdate(T before, T object) {
    contained(
        object,
        () -> {
          if (usable.test(object) && (!usable.test(before) || hasNewSpec(before, object))) {
            appeared(object);
          }
        });
  }

  private void contained(T object, Runnable handling) {
    containment.handle("arrival-watch", object.getMetadata().getName(), handling);
  }

  @Override
  public void onDelete(T object, boolean finalStateUnknown) {}

  /**
   * Closes the watch in the background: stopping a watch that the server is just ending can block
   * in the client.
   */
  @Override
  public void close() {
    Thread.ofPlatform().daemon().name("stop-watch").start(informer::stop);
  }

  private void appeared(T object) {
    Predicate<Outcome.Parked> cause = wakes.apply(object);
    lanes.wakeParked(cause);
    for (Duration later : again) {
      var unused =
          CompletableFuture.runAsync(
              () -> contained(object, () -> lanes.wakeParked(cause)),
              CompletableFuture.delayedExecutor(later.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  /** Returns whether the specification has changed, by the server's generation. */
  private static boolean hasNewSpec(HasMetadata before, HasMetadata object) {
    return !Objects.equals(
        before.getMetadata().getGeneration(), object.getMetadata().getGeneration());
  }

  private static boolean isIn(Outcome.Parked parked, String namespace) {
    return parked.wake() instanceof Wake.ClusterChange
        && parked.failure().object().filter(ref -> ref.namespace().equals(namespace)).isPresent();
  }

  /**
   * Returns whether the application may wait for this definition; a failure without an object may
   * concern any kind.
   */
  private static boolean mayWaitFor(Outcome.Parked parked, CustomResourceDefinition definition) {
    if (definition.getSpec() == null || definition.getSpec().getNames() == null) {
      return false;
    }
    Failure failure = parked.failure();
    boolean isForAKind =
        switch (parked.wake()) {
          case Wake.NewKinds _ -> true;
          case Wake.ClusterChange _ ->
              failure.code() == ApplyFailure.MISSING_KIND
                  || failure.code() == RenderFailure.UNKNOWN_KIND;
          case Wake.NewInput _ -> false;
        };
    return isForAKind
        && failure.object().stream()
            .allMatch(
                ref ->
                    ref.groupKind()
                        .equals(
                            new GroupKind(
                                definition.getSpec().getGroup(),
                                definition.getSpec().getNames().getKind())));
  }

  private static boolean isEstablished(CustomResourceDefinition definition) {
    return definition.getStatus() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    "Established".equals(condition.getType())
                        && "True".equals(condition.getStatus()));
  }
}
