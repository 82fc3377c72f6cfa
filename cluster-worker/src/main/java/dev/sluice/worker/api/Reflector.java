package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.process.FailureLog;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the objects of a collection on a thread of its own: lists them, then watches their
 * changes. A watch that ends is continued from its last event. The objects are listed again only if
 * the server has forgotten that event (410), after a lack of rights, or on demand. A collection
 * that cannot be watched is listed at intervals. Stores no objects.
 */
public final class Reflector implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reflector.class);

  private static final int GONE = 410;
  private static final int FORBIDDEN = 403;
  private static final int NOT_ALLOWED = 405;
  private static final Duration WATCH_TIME = Duration.ofMinutes(5);
  private static final Duration LIST_INTERVAL = Duration.ofMinutes(1);

  private final ClusterApi api;
  private final Collection collection;
  private final Duration watchTime;
  private final Listener listener;
  private final WatchBackoff backoff = new WatchBackoff();
  private final Thread thread;

  /** The resource version of the last event; empty if the objects have to be listed. */
  private Optional<String> version = Optional.empty();

  /** Has a permit if a pause is to end. */
  private final Semaphore wake = new Semaphore(0);

  private final OpenAnswer answer = new OpenAnswer();

  private final FailureLog failures = new FailureLog(log, "watch");
  private boolean unwatchable;
  private volatile boolean watching;
  private volatile boolean listAgain;
  private volatile boolean closed;

  /** Receives the objects, on the reflector's thread. Must not block. */
  public interface Listener {

    /** Called before a list, with the resource version to which changes were received so far. */
    default void listing(Optional<String> watched) {}

    /** Called with an object that was found, added or changed. */
    void changed(ObjectNode object);

    /** Called with an object that was deleted, or is no longer selected, as it was at the end. */
    void deleted(ObjectNode object);

    /**
     * Called after all objects were listed; without any if the collection does not exist.
     *
     * @param keys the {@linkplain #key keys} of the objects
     * @param version the resource version of the list; empty if the collection does not exist
     */
    void listed(Set<String> keys, String version);

    /** Called each time the API does not let the objects be listed or watched. */
    default void failed(ApiException cause) {}
  }

  /**
   * The objects to follow.
   *
   * @param path finds the collection before it is listed; empty while there is none
   * @param labelSelector empty for all objects
   * @param metadataOnly whether only the metadata of the objects are received
   */
  public record Collection(Path path, String labelSelector, boolean metadataOnly) {

    /** Finds the path of a collection in the API. */
    public interface Path {
      Optional<String> find() throws InterruptedException;
    }
  }

  private Reflector(
      ClusterApi api, String name, Collection collection, Duration watchTime, Listener listener) {
    this.api = api;
    this.collection = collection;
    this.watchTime = watchTime;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("watch " + name).unstarted(this::run);
  }

  /**
   * Starts to follow all objects of a collection.
   *
   * @param path of the collection
   */
  public static Reflector start(ClusterApi api, String path, Listener listener) {
    return start(api, path, WATCH_TIME, listener);
  }

  /**
   * Starts to follow all objects of a collection.
   *
   * @param watchTime time after which the server ends a watch, which is then continued
   */
  static Reflector start(ClusterApi api, String path, Duration watchTime, Listener listener) {
    return start(
        new Reflector(
            api, path, new Collection(() -> Optional.of(path), "", false), watchTime, listener));
  }

  /**
   * Starts to follow objects.
   *
   * @param name for logs
   */
  public static Reflector start(
      ClusterApi api, String name, Collection collection, Listener listener) {
    return start(new Reflector(api, name, collection, WATCH_TIME, listener));
  }

  private static Reflector start(Reflector reflector) {
    reflector.thread.start();
    return reflector;
  }

  /** Returns the key of an object, which is unique in its kind: its namespace and name. */
  public static String key(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").asText("");
    String name = metadata.path("name").asText("");
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }

  /** Lists all objects again, soon. */
  public void listAgain() {
    listAgain = true;
    wake.release();
    answer.close();
  }

  /** Returns whether changes are received at the moment. */
  public boolean isWatching() {
    return watching;
  }

  private void run() {
    try {
      while (!closed) {
        try {
          follow();
        } catch (ApiException e) {
          if (e.code() == GONE || e.code() == FORBIDDEN) {
            version = Optional.empty();
          }
          listener.failed(e);
          failed(e);
        } catch (IOException e) {
          if (!listAgain) {
            failed(e);
          }
        } catch (RuntimeException | Error e) {
          FatalErrors.check(e);
          version = Optional.empty();
          failed(e);
        }
      }
    } catch (InterruptedException e) {
      // the reflector is closed
    }
  }

  /** Lists the objects if that is necessary, and watches them until the server ends the watch. */
  private void follow() throws IOException, InterruptedException {
    Optional<String> path = collection.path().find();
    if (path.isEmpty()) {
      version = Optional.empty();
      listener.listed(Set.of(), "");
      sleep(backoff.next());
      return;
    }
    if (version.isEmpty() || listAgain) {
      wake.drainPermits();
      listAgain = false;
      listener.listing(version);
      version = Optional.of(list(path.get()));
    }
    try {
      watch(path.get(), version.get());
      sleep(backoff.next());
    } catch (ApiException e) {
      if (e.code() != NOT_ALLOWED) {
        throw e;
      }
      version = Optional.empty();
      if (!unwatchable) {
        unwatchable = true;
        log.info("{}: the server has no watch; lists every {}", thread.getName(), LIST_INTERVAL);
      }
      sleep(LIST_INTERVAL);
    }
  }

  private void failed(Throwable cause) throws InterruptedException {
    boolean isGone = cause instanceof ApiException refused && refused.code() == GONE;
    if (!closed && !isGone) { // otherwise the objects are listed again
      failures.failed(thread.getName(), cause);
    }
    sleep(backoff.next(cause));
  }

  /** Sleeps, unless the objects are to be listed again. */
  private void sleep(Duration time) throws InterruptedException {
    boolean unused = wake.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lists all objects; returns the resource version from which to watch. */
  private String list(String path) throws InterruptedException {
    Set<String> keys = new HashSet<>();
    Consumer<ObjectNode> found =
        object -> {
          keys.add(key(object));
          listener.changed(object);
        };
    String version =
        collection.metadataOnly()
            ? api.listMetadata(path, collection.labelSelector(), found)
            : api.list(path, collection.labelSelector(), found);
    listener.listed(keys, version);
    failures.succeeded(thread.getName());
    return version;
  }

  /** Watches until the server ends the watch. */
  private void watch(String path, String from) throws IOException, InterruptedException {
    InputStream stream =
        api.stream(
            "%s?watch=true&allowWatchBookmarks=true&labelSelector=%s&resourceVersion=%s&timeoutSeconds=%d"
                .formatted(
                    path,
                    ClusterApi.encode(collection.labelSelector()),
                    ClusterApi.encode(from),
                    watchTime.toSeconds()),
            collection.metadataOnly());
    answer.begin(stream);
    // ends a watch whose connection is lost without an error
    CompletableFuture<Void> overdue = ApiCalls.closeAfter(watchTime.multipliedBy(2), stream);
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      watching = true;
      for (String line = lines.readLine();
          line != null && !closed && !listAgain;
          line = lines.readLine()) {
        received(Json.mapper().readTree(line));
        backoff.reset();
      }
    } finally {
      watching = false;
      answer.finish();
      overdue.cancel(false);
    }
  }

  private void received(JsonNode event) throws IOException {
    if (!(event.path("object") instanceof ObjectNode object)) {
      throw new IOException("an event of a watch has no object");
    }
    switch (event.path("type").asText("")) {
      case "ADDED", "MODIFIED" -> listener.changed(object);
      case "DELETED" -> listener.deleted(object);
      case "BOOKMARK" -> {
        // only its version matters
      }
      default ->
          throw ApiException.of(
              object.path("code").asInt(), object, "an event of a watch has no type", null);
    }
    version = Optional.of(object.path("metadata").path("resourceVersion").asText(""));
  }

  /** Ends the watch; returns once the listener is not called any longer. */
  @Override
  public void close() {
    closed = true;
    wake.release();
    ThreadEnd.repeatUntilEnded(thread, () -> answer.end(thread));
  }
}
