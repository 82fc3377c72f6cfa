package dev.sluice.receiver.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The open connections. Refuses those beyond the limit, and closes those on which no request begins
 * in time, however slowly its headers trickle in, and those whose refused body does not end. Used
 * on the server's event loop only.
 */
final class Connections {

  /** How long the rest of a body is thrown away, so that its sender can read why. */
  private static final Duration LINGER = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Limits limits;
  private final Map<HttpConnection, Connection> open = new HashMap<>();

  private volatile int count;

  Connections(Vertx vertx, Limits limits) {
    this.vertx = vertx;
    this.limits = limits;
  }

  /** How many are open; may be asked from anywhere. */
  int count() {
    return count;
  }

  /** A connection is there; if it is one too many, it is closed without a word. */
  void opened(HttpConnection connection) {
    if (open.size() >= limits.maxConnections()) {
      connection.close();
      return;
    }
    Connection added = new Connection(connection);
    open.put(connection, added);
    count = open.size();
    connection.closeHandler(
        _ -> {
          open.remove(connection);
          count = open.size();
          added.stopWaiting();
        });
    added.waitFor(limits.requestTimeout());
  }

  /** A request has begun. */
  void requestBegan(HttpConnection connection) {
    Connection at = open.get(connection);
    if (at != null) {
      at.requests++;
      at.stopWaiting();
    }
  }

  /**
   * The answer to a request was sent.
   *
   * @param wholeRequest whether all of the request had been read by then
   */
  void requestEnded(HttpConnection connection, boolean wholeRequest) {
    Connection at = open.get(connection);
    if (at != null && --at.requests == 0) {
      at.waitFor(wholeRequest ? limits.requestTimeout() : LINGER);
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
      timer = vertx.setTimer(time.toMillis(), _ -> connection.close());
    }

    void stopWaiting() {
      vertx.cancelTimer(timer);
    }
  }
}
