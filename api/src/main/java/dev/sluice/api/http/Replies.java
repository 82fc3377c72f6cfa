package dev.sluice.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.process.FatalErrors;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writers of the API's response bodies. */
final class Replies {

  private static final Logger log = LoggerFactory.getLogger(Replies.class);

  static final String CATCHING_UP = "Sluice-Catching-Up";

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

  /**
   * Returns an answer as JSON; while the read model catches up, an object says so.
   *
   * @param records the number of records to read until answers are current
   */
  static String answer(RoutingContext context, Object value, Optional<Long> records) {
    if (records.isEmpty()) {
      return json(value);
    }
    context.response().putHeader(CATCHING_UP, records.get() + " records");
    JsonNode tree = Json.mapper().valueToTree(value);
    if (tree instanceof ObjectNode object) {
      object.put("catchingUp", records.get());
    }
    return json(tree);
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

  /** Answers errors that have no handler of their own with an explanation. */
  static void explainErrors(Router router) {
    router.errorHandler(
        404,
        context ->
            refuse(
                context, Problem.notFound("the API has no such path: see /api/v1/openapi.json")));
    router.errorHandler(
        405,
        context ->
            refuse(
                context,
                new Problem(
                    405,
                    "Method not allowed",
                    "the path does not have this method: see /api/v1/openapi.json")));
    router.errorHandler(
        413,
        context -> refuse(context, new Problem(413, "Too large", "the body is larger than 1 MiB")));
    router.errorHandler(
        400,
        context ->
            refuse(
                context,
                Problem.invalid("the request is not valid HTTP: check its path and headers")));
    router.errorHandler(500, context -> fail(context, context.failure()));
  }
}
