package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.store.Change;
import dev.sluice.simulated.store.Store;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Open watches, which receive every change. */
final class WatchStreams {
  private static final long BOOKMARK_MILLIS = 30_000;
  private static final long LONGEST_SECONDS = 3600;

  private final Store store;
  private final Vertx vertx;
  private final List<Watch> open = new ArrayList<>();

  WatchStreams(Store store, Vertx vertx) {
    this.store = store;
    this.vertx = vertx;
    store.listen(this::send);
  }

  private void send(Change change) {
    List.copyOf(open).forEach(watch -> watch.accept(change));
  }

  void open(RoutingContext context, ApiRequest request, UnaryOperator<ObjectNode> view) {
    HttpServerResponse response = context.response();
    Watch watch =
        new Watch(
            request,
            view,
            event -> {
              if (!response.ended() && !response.closed()) {
                response.write(event + "\n");
              }
            });
    response.setChunked(true).setStatusCode(200).putHeader("Content-Type", "application/json");
    response.writeHead();
    if (!watch.begin(store)) {
      response.end();
      return;
    }
    open.add(watch);
    boolean bookmarks = request.flag("allowWatchBookmarks");
    long ticks = vertx.setPeriodic(BOOKMARK_MILLIS, ignored -> bookmark(watch, bookmarks));
    long seconds = request.parameter("timeoutSeconds").map(Long::parseLong).orElse(LONGEST_SECONDS);
    long end =
        vertx.setTimer(
            Math.max(1, seconds * 1000),
            ignored -> {
              bookmark(watch, bookmarks);
              response.end();
            });
    response.endHandler(ignored -> close(watch, ticks, end));
    response.closeHandler(ignored -> close(watch, ticks, end));
  }

  private void bookmark(Watch watch, boolean wanted) {
    if (wanted) {
      watch.bookmark(store.revision());
    }
  }

  private void close(Watch watch, long ticks, long end) {
    open.remove(watch);
    vertx.cancelTimer(ticks);
    vertx.cancelTimer(end);
  }
}
