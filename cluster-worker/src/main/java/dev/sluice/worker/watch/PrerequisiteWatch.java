package dev.sluice.worker.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Reflector;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Retries at once the applications that were parked because an object was missing, when it appears.
 */
public final class PrerequisiteWatch implements Reflector.Listener, AutoCloseable {

  /** Discovery learns of a definition a moment after its status says that it is established. */
  private static final List<Duration> DISCOVERY =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(5));

  private final Lanes lanes;
  private final Containment containment;
  private final Predicate<JsonNode> usable;
  private final Function<JsonNode, Predicate<Outcome.Parked>> wakes;
  private final List<Duration> again;
  private final Map<String, Usable> seen = new HashMap<>();
  private final Reflector reflector;

  /** An object that can be used, in one version of its specification. */
  private record Usable(String uid, long generation) {

    static Usable of(JsonNode object) {
      JsonNode metadata = object.path("metadata");
      return new Usable(metadata.path("uid").asText(""), metadata.path("generation").asLong());
    }
  }

  private PrerequisiteWatch(
      ClusterApi api,
      String collection,
      Lanes lanes,
      Containment containment,
      Predicate<JsonNode> usable,
      Function<JsonNode, Predicate<Outcome.Parked>> wakes,
      List<Duration> again) {
    this.lanes = lanes;
    this.containment = containment;
    this.usable = usable;
    this.wakes = wakes;
    this.again = again;
    this.reflector = Reflector.start(api, collection, this);
  }

  /** Starts to watch namespaces. */
  public static PrerequisiteWatch ofNamespaces(
      ClusterApi api, Lanes lanes, Containment containment) {
    return new PrerequisiteWatch(
        api,
        "/api/v1/namespaces",
        lanes,
        containment,
        _ -> true,
        namespace -> parked -> isIn(parked, name(namespace)),
        List.of());
  }

  /** Starts to watch CustomResourceDefinitions. */
  public static PrerequisiteWatch ofDefinitions(
      ClusterApi api, Lanes lanes, Containment containment) {
    return new PrerequisiteWatch(
        api,
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        lanes,
        containment,
        PrerequisiteWatch::isEstablished,
        definition -> parked -> mayWaitFor(parked, definition.path("spec")),
        DISCOVERY);
  }

  @Override
  public void changed(ObjectNode object) {
    contained(
        object,
        () -> {
          if (!usable.test(object)) {
            seen.remove(name(object));
          } else if (!Usable.of(object).equals(seen.put(name(object), Usable.of(object)))) {
            appeared(object);
          }
        });
  }

  @Override
  public void deleted(ObjectNode object) {
    seen.remove(name(object));
  }

  @Override
  public void listed(Set<String> keys, String version) {
    seen.keySet().retainAll(keys);
  }

  private void contained(JsonNode object, Runnable handling) {
    containment.handle("arrival-watch", name(object), handling);
  }

  private static String name(JsonNode object) {
    return object.path("metadata").path("name").asText("");
  }

  @Override
  public void close() {
    reflector.close();
  }

  private void appeared(JsonNode object) {
    Predicate<Outcome.Parked> cause = wakes.apply(object);
    lanes.wakeParked(cause);
    for (Duration later : again) {
      var unused =
          CompletableFuture.runAsync(
              () -> contained(object, () -> lanes.wakeParked(cause)),
              CompletableFuture.delayedExecutor(later.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  private static boolean isIn(Outcome.Parked parked, String namespace) {
    return parked.wake() instanceof Wake.ClusterChange
        && parked.failure().object().filter(ref -> ref.namespace().equals(namespace)).isPresent();
  }

  /**
   * Returns whether the application may wait for this definition; a failure without an object may
   * concern any kind.
   */
  private static boolean mayWaitFor(Outcome.Parked parked, JsonNode definition) {
    GroupKind defined =
        new GroupKind(
            definition.path("group").asText(""), definition.path("names").path("kind").asText(""));
    Failure failure = parked.failure();
    boolean isForAKind =
        switch (parked.wake()) {
          case Wake.NewKinds _ -> true;
          case Wake.ClusterChange _ ->
              failure.code() == ApplyFailure.MISSING_KIND
                  || failure.code() == RenderFailure.UNKNOWN_KIND;
          case Wake.NewInput _ -> false;
        };
    return isForAKind && failure.object().stream().allMatch(ref -> ref.groupKind().equals(defined));
  }

  /** A new definition has no conditions: {@code null}. */
  private static boolean isEstablished(JsonNode definition) {
    for (JsonNode condition : definition.path("status").path("conditions")) {
      if (condition.path("type").asText("").equals("Established")
          && condition.path("status").asText("").equals("True")) {
        return true;
      }
    }
    return false;
  }
}
