package dev.sluice.simulated.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Objects of the cluster, their common revision, and recent changes for watchers.
 *
 * <p>Used from one thread. Stored objects are never changed in place: a reader copies an object
 * before changing it.
 */
public final class Store implements Closeable {
  private static final int HISTORY = 20_000;

  private final Map<String, NavigableMap<ObjectKey, ObjectNode>> objects = new TreeMap<>();
  private final Deque<Change> history = new ArrayDeque<>();
  private final List<Consumer<Change>> listeners = new ArrayList<>();
  private final @Nullable Journal journal;
  private long revision = 1;
  private long oldest;

  private Store(Optional<Path> directory) throws IOException {
    if (directory.isPresent()) {
      Journal.read(directory.get(), this::replay);
      journal = Journal.compacted(directory.get(), snapshot());
    } else {
      journal = null;
    }
    oldest = revision;
  }

  /**
   * Opens a store, with the objects of an earlier run if a directory is given.
   *
   * @throws UncheckedIOException if the directory cannot be read or written
   */
  public static Store open(Optional<Path> directory) {
    try {
      return new Store(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the revision of the latest write. */
  public long revision() {
    return revision;
  }

  /** Returns the earliest revision after which all changes are still available. */
  public long oldestRevision() {
    return oldest;
  }

  public Optional<ObjectNode> get(String resource, ObjectKey key) {
    return Optional.ofNullable(objects.getOrDefault(resource, new TreeMap<>()).get(key));
  }

  /**
   * Returns the objects of a resource by namespace and name; of all namespaces if none is given.
   */
  public Collection<ObjectNode> list(String resource, Optional<String> namespace) {
    NavigableMap<ObjectKey, ObjectNode> all = objects.getOrDefault(resource, new TreeMap<>());
    return namespace
        .map(
            ns ->
                all.subMap(new ObjectKey(ns, ""), true, new ObjectKey(ns + "\0", ""), false)
                    .values())
        .orElse(all.values());
  }

  /** Stores an object and returns it with its new resource version. */
  public ObjectNode put(String resource, ObjectNode object) {
    ObjectNode stored = stamped(object);
    NavigableMap<ObjectKey, ObjectNode> all =
        objects.computeIfAbsent(resource, r -> new TreeMap<>());
    Optional<ObjectNode> before = Optional.ofNullable(all.put(ObjectKey.of(stored), stored));
    publish(
        new Change(
            revision,
            resource,
            before.isPresent() ? Change.Kind.MODIFIED : Change.Kind.ADDED,
            before,
            stored));
    return stored;
  }

  /** Removes an object and returns its last state at the revision of the removal. */
  public ObjectNode remove(String resource, ObjectKey key) {
    ObjectNode before = objects.getOrDefault(resource, new TreeMap<>()).remove(key);
    if (before == null) {
      throw new IllegalStateException("no " + resource + " at " + key);
    }
    ObjectNode last = stamped(before);
    publish(new Change(revision, resource, Change.Kind.DELETED, Optional.of(before), last));
    return last;
  }

  /** Returns the changes after a revision, oldest first. */
  public List<Change> since(long after) {
    return history.stream().filter(c -> c.revision() > after).toList();
  }

  /** Adds a listener for every later change, called on the thread that makes it. */
  public void listen(Consumer<Change> listener) {
    listeners.add(listener);
  }

  /** Drops the history, so that watches from older revisions expire. */
  public void compact() {
    history.clear();
    oldest = revision;
  }

  private ObjectNode stamped(ObjectNode object) {
    revision++;
    ObjectNode copy = object.deepCopy();
    copy.withObject("/metadata").put("resourceVersion", Long.toString(revision));
    return copy;
  }

  private void publish(Change change) {
    write(change);
    history.add(change);
    if (history.size() > HISTORY) {
      oldest = history.removeFirst().revision();
    }
    List.copyOf(listeners).forEach(listener -> listener.accept(change));
  }

  private void write(Change change) {
    if (journal == null) {
      return;
    }
    try {
      journal.append(
          change.kind() == Change.Kind.DELETED
              ? removal(change)
              : line(change.revision(), change.resource(), change.after()));
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be written", e);
    }
  }

  private static ObjectNode line(long revision, String resource, ObjectNode object) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("revision", revision).put("resource", resource);
    line.set("object", object);
    return line;
  }

  private static ObjectNode removal(Change change) {
    ObjectKey key = ObjectKey.of(change.after());
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    return line.put("revision", change.revision())
        .put("resource", change.resource())
        .put("removedNamespace", key.namespace())
        .put("removedName", key.name());
  }

  private void replay(JsonNode line) {
    revision = Math.max(revision, line.path("revision").asLong());
    String resource = line.path("resource").asText();
    if (line.get("object") instanceof ObjectNode object) {
      objects.computeIfAbsent(resource, r -> new TreeMap<>()).put(ObjectKey.of(object), object);
    } else if (line.has("removedName")) {
      objects
          .getOrDefault(resource, new TreeMap<>())
          .remove(
              new ObjectKey(
                  line.path("removedNamespace").asText(), line.path("removedName").asText()));
    }
  }

  private List<ObjectNode> snapshot() {
    List<ObjectNode> lines = new ArrayList<>();
    lines.add(JsonNodeFactory.instance.objectNode().put("revision", revision));
    objects.forEach(
        (resource, all) ->
            all.values()
                .forEach(
                    object ->
                        lines.add(
                            line(
                                object.path("metadata").path("resourceVersion").asLong(),
                                resource,
                                object))));
    return lines;
  }

  @Override
  public void close() throws IOException {
    if (journal != null) {
      journal.close();
    }
  }
}
