package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.RoutingContext;

/** Writer of responses. */
final class Responses {
  private static final String DISCARDED = "discarded";

  private Responses() {}

  /** Lets a request be processed without a response. */
  static void discard(RoutingContext context) {
    context.put(DISCARDED, true);
  }

  static boolean isDiscarded(RoutingContext context) {
    return Boolean.TRUE.equals(context.get(DISCARDED));
  }

  static void send(RoutingContext context, ApiException failure) {
    send(context, failure.code(), failure.status());
  }

  static void send(RoutingContext context, int code, ObjectNode body) {
    send(context, code, "application/json", body.toString());
  }

  static void send(RoutingContext context, int code, String contentType, String body) {
    if (!isDiscarded(context) && !context.response().ended()) {
      var ignored =
          context.response().setStatusCode(code).putHeader("Content-Type", contentType).end(body);
    }
  }
}
