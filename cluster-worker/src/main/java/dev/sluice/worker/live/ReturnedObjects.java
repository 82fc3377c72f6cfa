package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.Reflector;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.LiveState;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Objects with the labels of an application that does not have them, created by others: pruned
 * objects that somebody restored, for example. Guarded by the lock of {@link LiveObjects}.
 */
public final class ReturnedObjects {

  private final Map<ApiKind, Map<String, Returned>> kinds = new HashMap<>();

  ReturnedObjects() {}

  /**
   * One of them.
   *
   * @param since when it was seen first
   */
  public record Returned(ApplicationName application, ObjectRef ref, Instant since) {}

  List<Returned> of(ApplicationName application) {
    return kinds.values().stream()
        .flatMap(objects -> objects.values().stream())
        .filter(object -> object.application().equals(application))
        .toList();
  }

  /** Notes an object that no application has. */
  void seen(
      ApiKind kind,
      ObjectNode live,
      Map<ApplicationName, LiveApplication> applications,
      Instant now,
      LiveEffects effects) {
    JsonNode metadata = live.path("metadata");
    Optional<LiveApplication> application =
        ApplicationName.parse(metadata.path("labels").path(Ownership.APPLICATION_LABEL).asText(""))
            .map(applications::get)
            .filter(known -> known.settled().isPresent());
    boolean isOthers =
        Generation.parse(
                    metadata.path("annotations").path(Ownership.GENERATION_ANNOTATION).asText(""))
                .isPresent()
            && !metadata.has("deletionTimestamp")
            && LiveState.of(live).equals(LiveState.EXISTS);
    if (application.isEmpty() || !isOthers) {
      gone(kind, Reflector.key(live), effects);
      return;
    }
    ObjectRef ref =
        new ObjectRef(
            kind.apiVersion(),
            kind.kind(),
            metadata.path("namespace").asText(""),
            metadata.path("name").asText(""));
    Returned object = new Returned(application.get().name(), ref, now);
    if (kinds.computeIfAbsent(kind, _ -> new HashMap<>()).putIfAbsent(Reflector.key(live), object)
        == null) {
      effects.differ(object.application());
    }
  }

  void gone(ApiKind kind, String key, LiveEffects effects) {
    Returned object = kinds.getOrDefault(kind, Map.of()).get(key);
    if (object != null) {
      kinds.get(kind).remove(key);
      effects.differ(object.application());
    }
  }

  /** Notes that a kind has exactly these objects. */
  void listed(ApiKind kind, Set<String> keys, LiveEffects effects) {
    for (String key : Set.copyOf(kinds.getOrDefault(kind, Map.of()).keySet())) {
      if (!keys.contains(key)) {
        gone(kind, key, effects);
      }
    }
  }

  /** Forgets an object that its application has again. */
  void forget(ObjectRef ref) {
    kinds.getOrDefault(LiveIndex.kind(ref), new HashMap<>()).remove(LiveIndex.key(ref));
  }

  /** Forgets the objects of an application that was removed. */
  void forget(ApplicationName application) {
    kinds
        .values()
        .forEach(
            objects ->
                objects.values().removeIf(object -> object.application().equals(application)));
  }
}
