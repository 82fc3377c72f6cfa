package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.Reflector;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.manifest.Ownership;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Objects with the labels of an application that does not have them. Those that others created are
 * drift: pruned objects that somebody restored, for example. The rest may be orphans, which a sweep
 * looks for. Guarded by the lock of {@link LiveObjects}.
 */
public final class UnownedObjects {

  private final Map<ApiKind, Map<String, Returned>> returned = new HashMap<>();

  /** The keys of the others, by kind: orphans, and objects whose deletion is not observed yet. */
  private final Map<ApiKind, Set<String>> possibleOrphans = new HashMap<>();

  private final Predicate<ObjectRef> isState;

  /**
   * Creates an empty set.
   *
   * @param isState whether an object is state of Sluice itself
   */
  UnownedObjects(Predicate<ObjectRef> isState) {
    this.isState = isState;
  }

  /**
   * An object that others created.
   *
   * @param since when it was seen first
   */
  public record Returned(ApplicationName application, ObjectRef ref, Instant since) {}

  /** Returns whether objects of a kind may be orphans. */
  boolean hasPossibleOrphans(ApiKind kind) {
    return possibleOrphans.containsKey(kind);
  }

  List<Returned> of(ApplicationName application) {
    return returned.values().stream()
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
    ObjectRef ref =
        new ObjectRef(
            kind.apiVersion(),
            kind.kind(),
            metadata.path("namespace").asText(""),
            metadata.path("name").asText(""));
    if (isState.test(ref)) {
      return;
    }
    Optional<LiveApplication> application =
        ApplicationName.parse(metadata.path("labels").path(Ownership.APPLICATION_LABEL).asText(""))
            .map(applications::get)
            .filter(known -> known.settled().isPresent());
    boolean isOthers =
        Generation.parse(
                    metadata.path("annotations").path(Ownership.GENERATION_ANNOTATION).asText(""))
                .isPresent()
            && !metadata.has("deletionTimestamp")
            && FieldOwnership.digest(live).isEmpty();
    if (application.isEmpty() || !isOthers) {
      removeReturned(kind, Reflector.key(live), effects);
      possibleOrphans.computeIfAbsent(kind, _ -> new HashSet<>()).add(Reflector.key(live));
      return;
    }
    removePossibleOrphan(kind, Reflector.key(live));
    Returned object = new Returned(application.get().name(), ref, now);
    if (returned
            .computeIfAbsent(kind, _ -> new HashMap<>())
            .putIfAbsent(Reflector.key(live), object)
        == null) {
      effects.differ(object.application());
    }
  }

  /** Notes that an application no longer has objects. */
  void left(List<LiveObjectState> objects) {
    objects.stream()
        .filter(LiveObjectState::exists)
        .forEach(
            object ->
                possibleOrphans
                    .computeIfAbsent(LiveIndex.kind(object.ref()), _ -> new HashSet<>())
                    .add(LiveIndex.key(object.ref())));
  }

  void gone(ApiKind kind, String key, LiveEffects effects) {
    removePossibleOrphan(kind, key);
    removeReturned(kind, key, effects);
  }

  private void removePossibleOrphan(ApiKind kind, String key) {
    possibleOrphans.computeIfPresent(
        kind,
        (_, keys) -> {
          keys.remove(key);
          return keys.isEmpty() ? null : keys;
        });
  }

  private void removeReturned(ApiKind kind, String key, LiveEffects effects) {
    Returned object = returned.getOrDefault(kind, Map.of()).get(key);
    if (object != null) {
      returned.get(kind).remove(key);
      effects.differ(object.application());
    }
  }

  /** Notes that a kind has exactly these objects. */
  void listed(ApiKind kind, Set<String> keys, LiveEffects effects) {
    Set<String> known = new HashSet<>(possibleOrphans.getOrDefault(kind, Set.of()));
    known.addAll(returned.getOrDefault(kind, Map.of()).keySet());
    known.removeAll(keys);
    known.forEach(key -> gone(kind, key, effects));
  }

  /** Forgets an object that its application has again. */
  void forget(ObjectRef ref) {
    removePossibleOrphan(LiveIndex.kind(ref), LiveIndex.key(ref));
    returned.getOrDefault(LiveIndex.kind(ref), new HashMap<>()).remove(LiveIndex.key(ref));
  }

  /** Forgets the objects of an application that was removed. */
  void forget(ApplicationName application) {
    returned
        .values()
        .forEach(
            objects ->
                objects.values().removeIf(object -> object.application().equals(application)));
  }
}
