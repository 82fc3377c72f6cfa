package dev.sluice.api.http;

import dev.sluice.api.readmodel.ReadModel;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The open event streams of this process, whose number is limited. */
final class EventStreams {

  private static final int MAX = 500;

  private final Vertx vertx;
  private final ReadModel model;
  private final Callers callers;
  private final AtomicInteger open = new AtomicInteger();

  EventStreams(Vertx vertx, ReadModel model, Callers callers) {
    this.vertx = vertx;
    this.model = model;
    this.callers = callers;
  }

  /** A stream that can be opened, after an event of this sequence number. */
  private record Opening(Request request, long after) {}

  /**
   * Opens a stream, or refuses it.
   *
   * @param asked reads the request; may block
   */
  void open(RoutingContext context, Supplier<Request> asked) {
    if (open.incrementAndGet() > MAX) {
      open.decrementAndGet();
      Replies.refuse(
          context,
          new Problem(
              503, "Too many streams", "this process has reached its limit of event streams"));
      return;
    }
    vertx
        .executeBlocking(
            () -> {
              Request request = asked.get();
              return new Opening(
                  request,
                  EventStream.start(model, context.request().getHeader("Last-Event-ID"), request));
            },
            false)
        .onSuccess(
            opening ->
                EventStream.open(
                    vertx,
                    model,
                    opening.request(),
                    context.response(),
                    opening.after(),
                    () -> callers.isStillSignedIn(context.request()),
                    open::decrementAndGet))
        .onFailure(
            failure -> {
              open.decrementAndGet();
              Replies.fail(context, failure);
            });
  }
}
