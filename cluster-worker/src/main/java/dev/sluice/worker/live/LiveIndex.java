package dev.sluice.worker.live;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.api.ApiKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The objects of all applications by kind. Applications may share an object. Guarded by the lock of
 * {@link LiveObjects}.
 */
final class LiveIndex {

  private final Map<ApiKind, Map<String, List<LiveObjectState>>> kinds = new HashMap<>();

  Set<ApiKind> kinds() {
    return Set.copyOf(kinds.keySet());
  }

  int size() {
    return kinds.values().stream().mapToInt(Map::size).sum();
  }

  /** Returns the objects of a kind by their keys, each as its applications have it. */
  Map<String, List<LiveObjectState>> ofKind(ApiKind kind) {
    return kinds.getOrDefault(kind, Map.of());
  }

  List<LiveObjectState> find(ApiKind kind, String key) {
    return ofKind(kind).getOrDefault(key, List.of());
  }

  List<LiveObjectState> find(ObjectRef ref) {
    return find(kind(ref), key(ref));
  }

  /** Adds an object; returns whether it is the first of its kind. */
  boolean add(LiveObjectState object) {
    boolean first = !kinds.containsKey(kind(object.ref()));
    kinds
        .computeIfAbsent(kind(object.ref()), _ -> new HashMap<>())
        .merge(key(object.ref()), List.of(object), LiveIndex::joined);
    return first;
  }

  private static List<LiveObjectState> joined(
      List<LiveObjectState> known, List<LiveObjectState> more) {
    return Stream.concat(known.stream(), more.stream()).toList();
  }

  /** Removes an object; returns whether it was the last of its kind. */
  boolean remove(@Nullable LiveObjectState object) {
    if (object == null) {
      return false;
    }
    ApiKind kind = kind(object.ref());
    Map<String, List<LiveObjectState>> ofKind = kinds.getOrDefault(kind, Map.of());
    if (ofKind.isEmpty()) {
      return false;
    }
    ofKind.computeIfPresent(
        key(object.ref()),
        (_, known) -> {
          List<LiveObjectState> left =
              known.stream().filter(other -> other.application() != object.application()).toList();
          return left.isEmpty() ? null : left;
        });
    if (!ofKind.isEmpty()) {
      return false;
    }
    kinds.remove(kind);
    return true;
  }

  private static ApiKind kind(ObjectRef ref) {
    return new ApiKind(ref.apiVersion(), ref.kind());
  }

  private static String key(ObjectRef ref) {
    return ref.namespace().isEmpty() ? ref.name() : ref.namespace() + "/" + ref.name();
  }
}
