package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.Change;
import dev.sluice.simulated.store.ObjectKey;
import dev.sluice.simulated.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Watch: converts changes into the events of a collection, according to its selectors.
 *
 * <p>An object that no longer matches is sent as deleted, one that starts to match as added.
 */
final class Watch implements Consumer<Change> {
  private final ApiRequest request;
  private final Predicate<ObjectNode> selector;
  private final UnaryOperator<ObjectNode> view;
  private final Consumer<ObjectNode> events;

  /**
   * Creates a watch that has sent no events.
   *
   * @param view representation of objects in events
   * @param events receives each event as JSON
   */
  Watch(ApiRequest request, UnaryOperator<ObjectNode> view, Consumer<ObjectNode> events) {
    Predicate<ObjectNode> name =
        request.name().isEmpty() ? o -> true : o -> ObjectKey.of(o).name().equals(request.name());
    this.request = request;
    this.selector = Selector.of(request).and(name);
    this.view = view;
    this.events = events;
  }

  /**
   * Sends the events up to now: all objects if no resource version is given, otherwise the changes
   * since.
   *
   * @return false if the resource version is too old; the last event then reports it
   */
  boolean begin(Store store) {
    long from = ObjectReader.version(request, "resourceVersion").orElse(0L);
    if (from == 0) {
      Optional<String> namespace = Optional.of(request.namespace()).filter(ns -> !ns.isEmpty());
      List<ObjectNode> all = List.copyOf(store.list(request.type().storedAs(), namespace));
      all.stream().filter(selector).forEach(object -> send("ADDED", object));
      return true;
    }
    if (from < store.oldestRevision()) {
      ApiException expired =
          ApiException.expired(
              "too old resource version: " + from + " (" + store.oldestRevision() + ")");
      event("ERROR", expired.status());
      return false;
    }
    store.since(from).forEach(this);
    return true;
  }

  @Override
  public void accept(Change change) {
    ResourceType type = request.type();
    ObjectKey key = ObjectKey.of(change.after());
    boolean inOtherNamespace =
        !request.namespace().isEmpty() && !request.namespace().equals(key.namespace());
    if (!change.resource().equals(type.storedAs()) || inOtherNamespace) {
      return;
    }
    boolean before = change.before().filter(selector).isPresent();
    boolean after = change.kind() != Change.Kind.DELETED && selector.test(change.after());
    if (after) {
      send(before ? "MODIFIED" : "ADDED", change.after());
    } else if (before) {
      send("DELETED", change.after());
    }
  }

  /** Sends the current revision, without an object. */
  void bookmark(long revision) {
    ObjectNode object = Cluster.blank(request.type());
    object
        .putObject("metadata")
        .put("resourceVersion", Long.toString(revision))
        .putNull("creationTimestamp");
    event("BOOKMARK", object);
  }

  private void send(String type, ObjectNode object) {
    event(type, view.apply(request.type().served(object)));
  }

  private void event(String type, ObjectNode object) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("type", type).set("object", object);
    events.accept(event);
  }
}
