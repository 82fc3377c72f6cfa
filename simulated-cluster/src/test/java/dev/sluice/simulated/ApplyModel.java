package dev.sluice.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Model of server-side apply, in terms of places instead of objects.
 *
 * <p>A manager owns what it applied last, until another manager forces another value. A place that
 * no manager owns is removed. Without force no manager changes a place of another. From the
 * Kubernetes reference documentation "Server-Side Apply".
 */
final class ApplyModel {
  private final List<Place> places;
  private Map<Place, JsonNode> live = new LinkedHashMap<>();
  private Map<String, Set<Place>> owned = new TreeMap<>();

  ApplyModel(List<Place> places) {
    this.places = List.copyOf(places);
  }

  /** Result of an apply. */
  enum Answer {
    TAKEN(200),
    CONFLICT(409),
    INVALID(422);

    private final int code;

    Answer(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  Map<Place, JsonNode> live() {
    return live;
  }

  boolean isOwned(String manager, Place place) {
    return owned.getOrDefault(manager, Set.of()).contains(place);
  }

  /** Applies; any answer but {@link Answer#TAKEN} leaves the state unchanged. */
  Answer apply(String manager, Map<Place, JsonNode> intent, boolean force) {
    Map<String, Set<Place>> owners = new TreeMap<>();
    owned.forEach((name, set) -> owners.put(name, new HashSet<>(set)));
    Set<Place> dropped = owners.getOrDefault(manager, new HashSet<>());
    dropped.removeAll(intent.keySet());
    owners.remove(manager);

    Map<Place, JsonNode> next = new LinkedHashMap<>(live);
    for (Map.Entry<Place, JsonNode> wanted : intent.entrySet()) {
      Place place = wanted.getKey();
      boolean changes = !wanted.getValue().equals(live.get(place));
      if (changes && isOwnedByAny(owners, place)) {
        if (!force) {
          return Answer.CONFLICT;
        }
        owners.values().forEach(set -> set.remove(place));
      }
      next.put(place, wanted.getValue());
    }
    dropped.stream().filter(place -> !isOwnedByAny(owners, place)).forEach(next::remove);
    owners.put(manager, new HashSet<>(intent.keySet()));

    for (Place place : places) {
      boolean orphan = place.parent().filter(p -> !next.containsKey(p)).isPresent();
      if (orphan) {
        next.remove(place);
      } else if (!next.containsKey(place)) {
        if (place.isRequired()) {
          return Answer.INVALID;
        }
        place.otherwise().ifPresent(value -> next.put(place, value));
      }
    }
    live = next;
    owned = owners;
    return Answer.TAKEN;
  }

  private static boolean isOwnedByAny(Map<String, Set<Place>> owners, Place place) {
    return owners.values().stream().anyMatch(set -> set.contains(place));
  }
}
