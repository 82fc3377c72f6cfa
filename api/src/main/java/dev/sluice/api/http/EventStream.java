package dev.sluice.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.api.readmodel.EventView;
import dev.sluice.api.readmodel.Page;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.contract.json.Json;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events for one client. It reads from the read model only as fast as the client
 * receives, so a slow client costs no memory. It runs on one event loop; only queries run on other
 * threads.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML: server-sent
 *     events</a>
 */
final class EventStream {

  private static final int PAGE = 200;
  private static final long HEARTBEAT_MILLIS = 15_000;
  private static final long OVERLAP_MILLIS = 60_000;

  private final Vertx vertx;
  private final ReadModel model;
  private final Request request;
  private final HttpServerResponse response;
  private final BooleanSupplier isAllowed;
  private final ReadModel.Listener listener;
  private final long heartbeat;
  private long after;
  private boolean reading;
  private boolean more;
  private boolean closed;

  private EventStream(
      Vertx vertx,
      ReadModel model,
      Request request,
      HttpServerResponse response,
      long after,
      BooleanSupplier isAllowed) {
    this.vertx = vertx;
    this.model = model;
    this.request = request;
    this.response = response;
    this.after = after;
    this.isAllowed = isAllowed;
    Context context = vertx.getOrCreateContext();
    this.listener = (_, _) -> context.runOnContext(_ -> pump());
    this.heartbeat = vertx.setPeriodic(HEARTBEAT_MILLIS, _ -> beat());
  }

  /**
   * Returns the sequence number after which to start. If the read model was rebuilt since the last
   * event, its sequence numbers differ; the stream then starts shortly before the time of the last
   * event and repeats some events with the same ids.
   */
  static long start(ReadModel model, @Nullable String lastEventId, Request request) {
    if (lastEventId == null || lastEventId.isBlank()) {
      return request
          .span()
          .since()
          .map(since -> model.records().before(since))
          .orElseGet(() -> model.records().lastEvent());
    }
    String[] parts = lastEventId.split("\\.", -1);
    try {
      if (parts.length == 3) {
        return parts[0].equals(model.build())
            ? Long.parseLong(parts[1])
            : model
                .records()
                .before(Instant.ofEpochMilli(Long.parseLong(parts[2]) - OVERLAP_MILLIS));
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw Problem.invalid("Last-Event-ID is not the id of an event of this stream");
  }

  /**
   * Streams until the client disconnects or its session is over. Must be called on the response's
   * event loop.
   *
   * @param isAllowed whether the client may receive more events; must not block
   */
  static void open(
      Vertx vertx,
      ReadModel model,
      Request request,
      HttpServerResponse response,
      long after,
      BooleanSupplier isAllowed,
      Runnable onClosed) {
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Content-Encoding", "identity") // a compressor would hold events back
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no"); // nginx would hold events back
    EventStream stream = new EventStream(vertx, model, request, response, after, isAllowed);
    response.closeHandler(
        _ -> {
          stream.close();
          onClosed.run();
        });
    response.exceptionHandler(_ -> {});
    response.drainHandler(_ -> stream.pump());
    model.listen(stream.listener);
    stream.send(": hello\n\n");
    stream.pump();
  }

  private void beat() {
    if (!closed && !isOver() && !response.writeQueueFull()) {
      send(": alive\n\n");
    }
  }

  /** Ends the stream if its client may not receive more. */
  private boolean isOver() {
    if (isAllowed.getAsBoolean()) {
      return false;
    }
    close();
    response.end();
    return true;
  }

  private void pump() {
    if (closed || response.writeQueueFull()) {
      return;
    }
    if (reading) {
      more = true;
      return;
    }
    reading = true;
    more = false;
    long from = after;
    vertx
        .executeBlocking(() -> read(from), false)
        .onComplete(
            outcome -> {
              reading = false;
              if (outcome.succeeded()) {
                write(outcome.result());
              } else {
                response.reset();
              }
            });
  }

  private Page<EventView> read(long from) {
    return model
        .records()
        .events(Operations.eventFilter(request), request.principal().scope(), PAGE, from);
  }

  private void write(Page<EventView> page) {
    if (closed || isOver()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    for (EventView event : page.items()) {
      text.append(frame(event));
      after = event.sequence();
    }
    if (!text.isEmpty()) {
      send(text.toString());
    }
    Optional<String> next = page.next();
    if (next.isPresent() || more) {
      pump();
    }
  }

  private String frame(EventView event) {
    try {
      return "id: %s.%d.%d\nevent: %s\ndata: %s\n\n"
          .formatted(
              model.build(),
              event.sequence(),
              event.at().toEpochMilli(),
              event.type(),
              Json.mapper().writeValueAsString(event));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write an event", e);
    }
  }

  private void send(String text) {
    response.write(text).onFailure(_ -> close());
  }

  private void close() {
    closed = true;
    vertx.cancelTimer(heartbeat);
    model.unlisten(listener);
  }
}
