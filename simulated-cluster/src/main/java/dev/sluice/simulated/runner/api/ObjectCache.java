package dev.sluice.simulated.runner.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.store.ObjectKey;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Newest states of the objects that watches and own writes have shown.
 *
 * <p>An own write is visible before its watch event, which is then older than the cache and changes
 * nothing. A controller therefore never decides on a state before its last write.
 */
public final class ObjectCache {
  private final Listener listener;
  private final Map<Kind, Map<ObjectKey, ObjectNode>> objects = new EnumMap<>(Kind.class);
  private final Map<Kind, Map<String, Map<ObjectKey, ObjectNode>>> groups =
      new EnumMap<>(Kind.class);
  private final Map<Kind, Set<String>> removed = new EnumMap<>(Kind.class);
  private final Map<Kind, Long> shown = new EnumMap<>(Kind.class);

  /** Receiver of the changes of a cache. */
  public interface Listener {
    /** Handles a change; one of the states is absent if the object is new or gone. */
    void changed(Kind kind, Optional<ObjectNode> before, Optional<ObjectNode> after);
  }

  /** Creates an empty cache. */
  public ObjectCache(Listener listener) {
    this.listener = listener;
  }

  /** Returns an object. */
  public Optional<ObjectNode> find(Kind kind, ObjectKey key) {
    return Optional.ofNullable(all(kind).get(key));
  }

  /** Returns the objects whose controller is the given one, by name. */
  public List<ObjectNode> ownedBy(JsonNode controller, Kind kind) {
    return List.copyOf(group(kind, Metadata.of(controller).uid()).values());
  }

  /** Returns the objects in a namespace that have no controller. */
  public Collection<ObjectNode> orphans(Kind kind, String namespace) {
    return List.copyOf(group(kind, orphansOf(namespace)).values());
  }

  /**
   * Takes the state that an own write has returned. It is ignored if the watch is further: the
   * object may be gone by then.
   */
  public void putAhead(Kind kind, ObjectNode object) {
    if (Metadata.of(object).version() > shown.getOrDefault(kind, 0L)) {
      take(kind, object);
    }
  }

  /** Takes a state that a watch has shown, unless it is older than the known one. */
  void put(Kind kind, ObjectNode object) {
    shown.put(kind, Metadata.of(object).version());
    take(kind, object);
  }

  private void take(Kind kind, ObjectNode object) {
    ObjectKey key = ObjectKey.of(object);
    Metadata metadata = Metadata.of(object);
    @Nullable ObjectNode before = all(kind).get(key);
    boolean stale = before != null && Metadata.of(before).version() >= metadata.version();
    if (stale || removals(kind).contains(metadata.uid())) {
      return;
    }
    if (before != null) {
      group(kind, groupOf(before)).remove(key);
    }
    all(kind).put(key, object);
    groups
        .computeIfAbsent(kind, k -> new HashMap<>())
        .computeIfAbsent(groupOf(object), g -> new TreeMap<>())
        .put(key, object);
    listener.changed(kind, Optional.ofNullable(before), Optional.of(object));
  }

  /** Takes the removal of an object by an own request; events from before are ignored. */
  public void removeAhead(Kind kind, ObjectNode object) {
    if (drop(kind, object)) {
      removals(kind).add(Metadata.of(object).uid());
    }
  }

  /** Takes the removal of an object that a watch has shown. */
  void remove(Kind kind, ObjectNode object) {
    shown.put(kind, Metadata.of(object).version());
    removals(kind).remove(Metadata.of(object).uid());
    drop(kind, object);
  }

  /** Takes all objects of a kind at once, as of a resource version. */
  void replaceAll(Kind kind, List<ObjectNode> listed, long version) {
    Set<String> present = new HashSet<>();
    listed.forEach(object -> present.add(Metadata.of(object).uid()));
    for (ObjectNode known : List.copyOf(all(kind).values())) {
      if (!present.contains(Metadata.of(known).uid())) {
        drop(kind, known);
      }
    }
    removals(kind).retainAll(present);
    shown.put(kind, version);
    listed.forEach(object -> take(kind, object));
  }

  /** Removes an object; returns whether it was known. */
  private boolean drop(Kind kind, ObjectNode object) {
    ObjectKey key = ObjectKey.of(object);
    @Nullable ObjectNode known = all(kind).get(key);
    if (known == null || !Metadata.of(known).uid().equals(Metadata.of(object).uid())) {
      return false;
    }
    all(kind).remove(key);
    Map<ObjectKey, ObjectNode> group = group(kind, groupOf(known));
    group.remove(key);
    if (group.isEmpty()) {
      groups.getOrDefault(kind, Map.of()).remove(groupOf(known));
    }
    listener.changed(kind, Optional.of(known), Optional.empty());
    return true;
  }

  private Map<ObjectKey, ObjectNode> all(Kind kind) {
    return objects.computeIfAbsent(kind, k -> new HashMap<>());
  }

  private Set<String> removals(Kind kind) {
    return removed.computeIfAbsent(kind, k -> new HashSet<>());
  }

  private Map<ObjectKey, ObjectNode> group(Kind kind, String group) {
    return groups.getOrDefault(kind, Map.of()).getOrDefault(group, Map.of());
  }

  private static String groupOf(JsonNode object) {
    Metadata metadata = Metadata.of(object);
    return metadata
        .controller()
        .map(owner -> owner.path("uid").asText())
        .orElseGet(() -> orphansOf(metadata.namespace()));
  }

  private static String orphansOf(String namespace) {
    return "orphans of " + namespace;
  }
}
