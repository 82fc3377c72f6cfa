package dev.sluice.simulated.runner.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * List and watch that keep the objects of one kind in a cache.
 *
 * <p>A watch that ends continues from its last event; one whose history is gone lists again.
 */
public final class Follower {
  private static final Logger log = LoggerFactory.getLogger(Follower.class);
  private static final String AGENT = "pod-runner";
  private static final int WATCH_SECONDS = 600;
  private static final long PAUSE_MILLIS = 500;
  private static final int GONE = 410;

  private final Vertx vertx;
  private final ApiClient api;
  private final Kind kind;
  private final ObjectCache cache;
  private final Promise<Void> complete = Promise.promise();
  private String version = "";

  /** Creates a follower that does nothing before {@link #start}. */
  public Follower(Vertx vertx, ApiClient api, Kind kind, ObjectCache cache) {
    this.vertx = vertx;
    this.api = api;
    this.kind = kind;
    this.cache = cache;
  }

  /**
   * Lists the objects, and then watches them until Vert.x ends.
   *
   * @return completed with the first list
   */
  public Future<Void> start() {
    list();
    return complete.future();
  }

  private void list() {
    api.list(kind, AGENT).onSuccess(this::listed).onFailure(e -> pause("list", e));
  }

  private void listed(ObjectNode list) {
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : list.path("items")) {
      if (item instanceof ObjectNode object) {
        items.add(typed(object));
      }
    }
    version = Metadata.of(list).json().path("resourceVersion").asText();
    cache.replaceAll(kind, items, Metadata.of(list).version());
    complete.tryComplete();
    watch();
  }

  private void watch() {
    api.watch(kind, version, WATCH_SECONDS, AGENT)
        .onSuccess(this::read)
        .onFailure(e -> pause("watch", e));
  }

  private void read(HttpClientResponse response) {
    if (response.statusCode() != 200) {
      response.request().reset();
      version = response.statusCode() == GONE ? "" : version;
      pause("watch", new ApiRefusal(response.statusCode(), response.statusMessage()));
      return;
    }
    RecordParser.newDelimited("\n", response)
        .handler(this::event)
        .exceptionHandler(e -> pause("watch", e))
        .endHandler(ended -> resume());
  }

  private void event(Buffer line) {
    JsonNode event;
    try {
      event = ApiClient.parse(line);
    } catch (IOException e) {
      log.atWarn().addKeyValue("kind", kind).setCause(e).log("watch event is unreadable");
      return;
    }
    if (!(event.path("object") instanceof ObjectNode object)) {
      return;
    }
    switch (event.path("type").asText()) {
      case "ADDED", "MODIFIED" -> cache.put(kind, typed(object));
      case "DELETED" -> cache.remove(kind, object);
      case "ERROR" -> {
        version = "";
        return;
      }
      default -> {}
    }
    version = object.path("metadata").path("resourceVersion").asText();
  }

  private void resume() {
    if (version.isEmpty()) {
      list();
    } else {
      watch();
    }
  }

  private void pause(String what, Throwable failure) {
    log.atDebug().addKeyValue("kind", kind).setCause(failure).log("{} failed", what);
    vertx.setTimer(PAUSE_MILLIS, ignored -> resume());
  }

  private ObjectNode typed(ObjectNode object) {
    return object.put("apiVersion", kind.apiVersion()).put("kind", kind.title());
  }
}
