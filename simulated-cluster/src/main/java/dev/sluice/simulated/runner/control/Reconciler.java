package dev.sluice.simulated.runner.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.ApiClient;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.store.ObjectKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loop that plans each object whose state or whose dependents changed, and makes the writes of the
 * plan, one after the other.
 *
 * <p>All calls are on one event loop. An object is never planned again before the writes of its
 * last plan have ended.
 */
public final class Reconciler implements ObjectCache.Listener {
  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final int AT_ONCE = 32;
  private static final long FIRST_RETRY_MILLIS = 50;
  private static final int LAST_DOUBLING = 7;

  private final Vertx vertx;
  private final ApiClient api;
  private final Clock clock;
  private final EventLog events;
  private final ObjectCache cache = new ObjectCache(this);
  private final Map<Kind, Controller> controllers = new EnumMap<>(Kind.class);
  private final Set<Item> waiting = new LinkedHashSet<>();
  private final Set<Item> running = new HashSet<>();
  private final Map<Item, Long> timers = new HashMap<>();
  private final Map<Item, Integer> failures = new HashMap<>();
  private boolean awake = true;

  /** Creates a loop without controllers. */
  public Reconciler(Vertx vertx, ApiClient api, Clock clock, String node) {
    this.vertx = vertx;
    this.api = api;
    this.clock = clock;
    this.events = new EventLog(api, clock, node);
  }

  private record Item(Kind kind, ObjectKey key) {}

  /** Adds a controller; must be called before the cache is filled. */
  public void add(Controller controller) {
    controllers.put(controller.kind(), controller);
  }

  /** Starts to plan; the cache must have all objects by now. */
  public void start() {
    startWaiting();
  }

  /** Returns the cache that watches fill. */
  public ObjectCache cache() {
    return cache;
  }

  @Override
  public void changed(Kind kind, Optional<ObjectNode> before, Optional<ObjectNode> after) {
    ObjectNode object = after.or(() -> before).orElseThrow();
    if (after.isEmpty() && controllers.containsKey(kind)) {
      controllers.get(kind).forget(object);
    }
    enqueue(new Item(kind, ObjectKey.of(object)));
    before.flatMap(Reconciler::owner).ifPresent(this::enqueue);
    after.flatMap(Reconciler::owner).ifPresent(this::enqueue);
  }

  private static Optional<Item> owner(ObjectNode object) {
    return Metadata.of(object)
        .controller()
        .flatMap(
            owner ->
                kind(owner.path("kind").asText()).map(kind -> new Item(kind, at(object, owner))));
  }

  private static ObjectKey at(ObjectNode object, JsonNode owner) {
    return new ObjectKey(Metadata.of(object).namespace(), owner.path("name").asText());
  }

  private static Optional<Kind> kind(String title) {
    return List.of(Kind.values()).stream().filter(k -> k.title().equals(title)).findFirst();
  }

  private void enqueue(Item item) {
    if (controllers.containsKey(item.kind()) && waiting.add(item)) {
      wake();
    }
  }

  private void wake() {
    if (!awake) {
      awake = true;
      vertx.getOrCreateContext().runOnContext(ignored -> startWaiting());
    }
  }

  private void startWaiting() {
    awake = false;
    for (Iterator<Item> next = waiting.iterator(); next.hasNext() && running.size() < AT_ONCE; ) {
      Item item = next.next();
      if (!running.contains(item)) {
        next.remove();
        running.add(item);
        start(item);
      }
    }
  }

  private void start(Item item) {
    Optional.ofNullable(timers.remove(item)).ifPresent(vertx::cancelTimer);
    Optional<ObjectNode> object = cache.find(item.kind(), item.key());
    Controller controller = controllers.get(item.kind());
    if (object.isEmpty() || controller == null) {
      failures.remove(item);
      end(item);
      return;
    }
    Plan plan;
    try {
      plan = controller.plan(object.get(), cache, clock.instant());
    } catch (RuntimeException e) {
      log.atError().addKeyValue("object", item).setCause(e).log("an object cannot be planned");
      end(item);
      return;
    }
    write(plan.writes().iterator(), controller.agent())
        .onComplete(
            done -> {
              if (done.succeeded()) {
                failures.remove(item);
                plan.succeeded();
                plan.notes().forEach(events::write);
                plan.again().ifPresent(time -> again(item, time));
              } else {
                failed(item, done.cause());
              }
              end(item);
            });
  }

  private void end(Item item) {
    running.remove(item);
    if (!waiting.isEmpty()) {
      wake();
    }
  }

  private void again(Item item, Instant time) {
    long millis = Math.max(1, Duration.between(clock.instant(), time).toMillis() + 1);
    timers.put(
        item,
        vertx.setTimer(
            millis,
            ignored -> {
              timers.remove(item);
              enqueue(item);
            }));
  }

  private void failed(Item item, Throwable cause) {
    int before = failures.merge(item, 1, Integer::sum) - 1;
    log.atDebug().addKeyValue("object", item).setCause(cause).log("a write failed");
    again(item, clock.instant().plusMillis(FIRST_RETRY_MILLIS << Math.min(before, LAST_DOUBLING)));
  }

  private Future<Void> write(Iterator<Write> writes, String agent) {
    if (!writes.hasNext()) {
      return Future.succeededFuture();
    }
    return write(writes.next(), agent).compose(done -> write(writes, agent));
  }

  private Future<Void> write(Write write, String agent) {
    return switch (write) {
      case Write.Create(Kind kind, ObjectNode object) ->
          seen(kind, api.create(kind, object, agent));
      case Write.Replace(Kind kind, ObjectNode object) ->
          seen(kind, api.replace(kind, object, agent));
      case Write.ReplaceStatus(Kind kind, ObjectNode object) ->
          seen(kind, api.replaceStatus(kind, object, agent));
      case Write.Delete(Kind kind, ObjectNode object) ->
          api.delete(kind, object, only(object), agent)
              .onSuccess(answer -> deleted(kind, object, answer))
              .mapEmpty();
      case Write.End(ObjectNode pod) ->
          api.delete(Kind.POD, pod, only(pod).put("gracePeriodSeconds", 0), agent)
              .onSuccess(answer -> deleted(Kind.POD, pod, answer))
              .mapEmpty();
      case Write.Bind(ObjectNode pod, String node) ->
          api.bind(pod, binding(pod, node), agent).mapEmpty();
    };
  }

  private Future<Void> seen(Kind kind, Future<ObjectNode> written) {
    return written.onSuccess(stored -> cache.putAhead(kind, stored)).mapEmpty();
  }

  private void deleted(Kind kind, ObjectNode object, ObjectNode answer) {
    if (answer.path("kind").asText().equals("Status")) {
      cache.removeAhead(kind, object);
    } else if (answer.path("kind").asText().equals(kind.title())) {
      cache.putAhead(kind, answer);
    }
  }

  private static ObjectNode only(ObjectNode object) {
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    options.put("apiVersion", "v1").put("kind", "DeleteOptions");
    options.put("propagationPolicy", "Background");
    options.putObject("preconditions").put("uid", Metadata.of(object).uid());
    return options;
  }

  private static ObjectNode binding(ObjectNode pod, String node) {
    Metadata metadata = Metadata.of(pod);
    ObjectNode binding = JsonNodeFactory.instance.objectNode();
    binding.put("apiVersion", "v1").put("kind", "Binding");
    binding.putObject("metadata").put("name", metadata.name()).put("uid", metadata.uid());
    binding.putObject("target").put("kind", "Node").put("name", node);
    return binding;
  }
}
