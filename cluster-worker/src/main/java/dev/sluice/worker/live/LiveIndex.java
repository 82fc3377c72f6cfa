package dev.sluice.worker.live;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The objects of all applications by kind. Applications may share an object. Guarded by the lock of
 * {@link LiveObjects}.
 */
final class LiveIndex {

  private final Map<ApiKind, Map<String, List<LiveObjectState>>> kinds = new HashMap<>();
  private final Set<ApiKind> listed = new HashSet<>();

  Set<ApiKind> kinds() {
    return Set.copyOf(kinds.keySet());
  }

  int size() {
    return kinds.values().stream().mapToInt(Map::size).sum();
  }

  /** Returns whether all objects of a kind were listed. */
  boolean isListed(ApiKind kind) {
    return listed.contains(kind);
  }

  /** Notes that all objects of a kind were listed. */
  void listed(ApiKind kind) {
    listed.add(kind);
  }

  /** Notes that the objects of a kind cannot be observed. */
  void unobservable(ApiKind kind, String reason, LiveEffects effects) {
    listed.remove(kind);
    for (List<LiveObjectState> objects : ofKind(kind).values()) {
      for (LiveObjectState object : objects) {
        object.unobservable(reason);
        effects.healthOf(object.application());
      }
    }
  }

  /** Returns whether an object was not seen, although its kind was listed: it was added later. */
  boolean isMissed(LiveObjectState object) {
    return !object.isKnown() && listed.contains(kind(object.ref()));
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

  /** Returns an application's object, which is added if it is new. */
  LiveObjectState track(LiveApplication application, ObjectRef ref, LiveEffects effects) {
    LiveObjectState known = application.objects().get(ref.id());
    if (known != null && known.ref().equals(ref)) {
      return known;
    }
    if (known != null) {
      effects.kinds(remove(known));
    }
    LiveObjectState object = new LiveObjectState(application, ref);
    find(ref).stream().findFirst().ifPresent(object::seenAs);
    application.objects().put(ref.id(), object);
    effects.kinds(add(object));
    return object;
  }

  /** Removes an application's objects that are chosen; returns those that no other one has. */
  List<LiveObjectState> forget(
      LiveApplication application, Predicate<ObjectId> chosen, LiveEffects effects) {
    List<LiveObjectState> left = new ArrayList<>();
    for (ObjectId id : List.copyOf(application.objects().keySet())) {
      LiveObjectState object = application.objects().get(id);
      if (object != null && chosen.test(id)) {
        application.objects().remove(id);
        effects.kinds(remove(object));
        if (find(object.ref()).isEmpty()) {
          left.add(object);
        }
      }
    }
    return left;
  }

  /** Adds an object; returns whether it is the first of its kind. */
  private boolean add(LiveObjectState object) {
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
  private boolean remove(LiveObjectState object) {
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
    listed.remove(kind);
    return true;
  }

  static ApiKind kind(ObjectRef ref) {
    return new ApiKind(ref.apiVersion(), ref.kind());
  }

  static String key(ObjectRef ref) {
    return ref.namespace().isEmpty() ? ref.name() : ref.namespace() + "/" + ref.name();
  }
}
