package dev.sluice.receiver.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;

/**
 * Open connections. It closes connections on which no request starts in time, however slowly
 * headers arrive, and those whose refused body does not end. Beyond the limit it closes the
 * connection that has waited longest for a request, so that idle clients cannot block others. For
 * use on the server's event loop only.
 */
final class Connections {

  private static final Duration LINGER = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Limits limits;
  private final Map<HttpConnection, Connection> open = new HashMap<>();
  private final SequencedSet<Connection> waiting = new LinkedHashSet<>();

  /**
   * How long the rest of a refused body is discarded so that the sender can read the response; at
   * most the time for a whole request.
   */
  private final Duration linger;

  private volatile int count;

  Connections(Vertx vertx, Limits limits) {
    this.vertx = vertx;
    this.limits = limits;
    this.linger = limits.requestTimeout().compareTo(LINGER) < 0 ? limits.requestTimeout() : LINGER;
  }

  /** Returns the number of open connections; may be called from any thread. */
  int count() {
    return count;
  }

  /**
   * Registers a connection. If the limit is reached and all others are busy, it is closed at once.
   */
  void opened(HttpConnection connection) {
    if (open.size() >= limits.maxConnections()) {
      if (waiting.isEmpty()) {
        connection.close();
        return;
      }
      waiting.getFirst().close();
    }
    Connection added = new Connection(connection);
    open.put(connection, added);
    count = open.size();
    connection.closeHandler(_ -> added.forget());
    added.waitFor(limits.requestTimeout());
  }

  /** Records the start of a request. */
  void requestBegan(HttpConnection connection) {
    Connection at = open.get(connection);
    if (at != null) {
      at.requests++;
      at.stopWaiting();
    }
  }

  /**
   * Records that the response to a request was sent.
   *
   * @param wholeRequest whether the whole request had been read by then
   */
  void requestEnded(HttpConnection connection, boolean wholeRequest) {
    Connection at = open.get(connection);
    if (at != null && --at.requests == 0) {
      at.waitFor(wholeRequest ? limits.requestTimeout() : linger);
    }
  }

  private final class Connection {

    private final HttpConnection connection;
    private int requests;
    private long timer = -1;

    Connection(HttpConnection connection) {
      this.connection = connection;
    }

    void waitFor(Duration time) {
      stopWaiting();
      timer = vertx.setTimer(time.toMillis(), _ -> close());
      waiting.add(this);
    }

    void stopWaiting() {
      vertx.cancelTimer(timer);
      waiting.remove(this);
    }

    void close() {
      forget();
      connection.close();
    }

    void forget() {
      stopWaiting();
      open.remove(connection);
      count = open.size();
    }
  }
}
