package dev.sluice.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.process.FatalErrors;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writers of the API's response bodies. */
final class Replies {

  private static final Logger log = LoggerFactory.getLogger(Replies.class);

  private Replies() {}

  static void fail(RoutingContext context, Throwable failure) {
    FatalErrors.check(failure);
    if (failure instanceof Problem problem) {
      refuse(context, problem);
      return;
    }
    log.atError()
        .setCause(failure)
        .addKeyValue("path", context.normalizedPath())
        .log("a request failed");
    refuse(
        context,
        new Problem(500, "Internal error", "this is a fault in Sluice; its log has the cause"));
  }

  static void refuse(RoutingContext context, Problem problem) {
    if (context.response().ended() || context.response().headWritten()) {
      return;
    }
    if (problem.status() == 401) {
      context.response().putHeader("WWW-Authenticate", "Bearer realm=\"sluice\"");
    }
    context
        .response()
        .setStatusCode(problem.status())
        .putHeader("Content-Type", "application/problem+json")
        .end(json(problem.body()));
  }

  static void reply(RoutingContext context, int status, String body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(body);
  }

  static void plain(RoutingContext context, Optional<String> unreadyReason) {
    context
        .response()
        .setStatusCode(unreadyReason.isEmpty() ? 200 : 503)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end(unreadyReason.orElse("ok"));
  }

  static String json(Object value) {
    try {
      return Json.mapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass(), e);
    }
  }
}
