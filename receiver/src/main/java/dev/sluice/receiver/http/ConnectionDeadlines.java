package dev.sluice.receiver.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Map;

/**
 * Closes connections on which no request begins in time, however slowly its headers trickle in, and
 * those whose refused body does not end. Used on the server's event loop only.
 */
final class ConnectionDeadlines {

  private final Vertx vertx;
  private final long millis;
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  ConnectionDeadlines(Vertx vertx, long millis) {
    this.vertx = vertx;
    this.millis = millis;
  }

  /** Begins to wait: the connection is new, or a response has just been sent. */
  void await(HttpConnection connection) {
    stop(connection);
    timers.put(
        connection,
        vertx.setTimer(
            millis,
            _ -> {
              timers.remove(connection);
              connection.close();
            }));
  }

  /** A request has begun, or the connection is gone. */
  void stop(HttpConnection connection) {
    Long timer = timers.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }
}
