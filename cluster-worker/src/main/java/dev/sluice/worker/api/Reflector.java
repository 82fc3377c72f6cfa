package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.ThreadEnd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the objects of a collection on a thread of its own: lists them, then watches their
 * changes. A watch that ends is continued from its last event. The objects are listed again only if
 * the server has forgotten that event (410). Stores no objects.
 */
public final class Reflector implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reflector.class);

  private static final int GONE = 410;
  private static final Duration WATCH_TIME = Duration.ofMinutes(5);

  private final ClusterApi api;
  private final String collection;
  private final Duration watchTime;
  private final Listener listener;
  private final Backoff backoff =
      new Backoff(
          Duration.ofMillis(200),
          Duration.ofSeconds(30),
          () -> ThreadLocalRandom.current().nextDouble());
  private final Thread thread;

  /** The resource version of the last event; empty if the objects have to be listed. */
  private Optional<String> version = Optional.empty();

  private int pauses;
  private boolean failing;
  private volatile boolean watching;
  private volatile boolean closed;

  /** Receives the objects, on the reflector's thread. Must not block. */
  public interface Listener {

    /** Called with an object that was found, added or changed. */
    void changed(ObjectNode object);

    /** Called with the name of an object that was deleted. */
    void deleted(String name);

    /** Called with the names of all objects after they were listed. */
    void listed(Set<String> names);
  }

  private Reflector(ClusterApi api, String collection, Duration watchTime, Listener listener) {
    this.api = api;
    this.collection = collection;
    this.watchTime = watchTime;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("watch " + collection).unstarted(this::run);
  }

  /**
   * Starts to follow a collection.
   *
   * @param collection the path of a collection in which names are unique
   */
  public static Reflector start(ClusterApi api, String collection, Listener listener) {
    return start(api, collection, WATCH_TIME, listener);
  }

  /**
   * Starts to follow a collection.
   *
   * @param watchTime time after which the server ends a watch, which is then continued
   */
  static Reflector start(ClusterApi api, String collection, Duration watchTime, Listener listener) {
    Reflector reflector = new Reflector(api, collection, watchTime, listener);
    reflector.thread.start();
    return reflector;
  }

  /** Returns whether changes are received at the moment. */
  public boolean isWatching() {
    return watching;
  }

  private void run() {
    try {
      while (!closed) {
        try {
          if (version.isEmpty()) {
            version = Optional.of(list());
          }
          watch(version.get());
          pause();
        } catch (ApiException e) {
          if (e.code() == GONE) {
            version = Optional.empty();
          }
          failed(e.status(), e);
        } catch (IOException e) {
          failed(e.getClass().getSimpleName(), e);
        } catch (RuntimeException | Error e) {
          FatalErrors.check(e);
          version = Optional.empty();
          failed(e.getClass().getSimpleName(), e);
        }
      }
    } catch (InterruptedException e) {
      // the reflector is closed
    }
  }

  private void failed(String reason, Throwable cause) throws InterruptedException {
    if (!failing && !closed) {
      log.atWarn()
          .addKeyValue("collection", collection)
          .setCause(cause)
          .log("a watch failed ({}); trying again until it succeeds", reason);
    }
    failing = true;
    pause();
  }

  /** Pauses for longer each time, until an event arrives. */
  private void pause() throws InterruptedException {
    pauses++;
    Thread.sleep(backoff.after(pauses));
  }

  /** Lists all objects; returns the resource version from which to watch. */
  private String list() throws InterruptedException {
    Set<String> names = new HashSet<>();
    String version =
        api.list(
            collection,
            "",
            object -> {
              names.add(name(object));
              listener.changed(object);
            });
    listener.listed(names);
    return version;
  }

  /** Watches until the server ends the watch. */
  private void watch(String from) throws IOException, InterruptedException {
    InputStream stream =
        api.stream(
            "%s?watch=true&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%d"
                .formatted(collection, ClusterApi.encode(from), watchTime.toSeconds()));
    // ends a watch whose connection is lost without an error
    CompletableFuture<Void> overdue = ApiCalls.closeAfter(watchTime.multipliedBy(2), stream);
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      watching = true;
      for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
        received(Json.mapper().readTree(line));
        pauses = 0;
        failing = false;
      }
    } finally {
      watching = false;
      overdue.cancel(false);
    }
  }

  private void received(JsonNode event) throws IOException {
    if (!(event.path("object") instanceof ObjectNode object)) {
      throw new IOException("an event of a watch has no object");
    }
    switch (event.path("type").asText("")) {
      case "ADDED", "MODIFIED" -> listener.changed(object);
      case "DELETED" -> listener.deleted(name(object));
      case "BOOKMARK" -> {
        // only its version matters
      }
      default ->
          throw ApiException.of(
              object.path("code").asInt(), object, "an event of a watch has no type", null);
    }
    version = Optional.of(object.path("metadata").path("resourceVersion").asText(""));
  }

  private static String name(ObjectNode object) {
    return object.path("metadata").path("name").asText("");
  }

  /** Ends the watch; returns once the listener is not called any longer. */
  @Override
  public void close() {
    closed = true;
    ThreadEnd.interruptUntilEnded(thread);
  }
}
