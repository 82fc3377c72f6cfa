package dev.sluice.simulated.server;

import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.ObservedRequest;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP handler of the API server: applies faults, calls the endpoint, and writes the answer or a
 * Status.
 */
public final class ApiServer {
  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
  private static final long BODY_LIMIT = 3L * 1024 * 1024;

  private final Vertx vertx;
  private final Function<ObservedRequest, Optional<Fault>> faults;
  private final Controllers controllers;
  private final Endpoints endpoints;

  /** Creates a server over the objects of a cluster; it does nothing before {@link #start}. */
  public ApiServer(
      Vertx vertx, Cluster cluster, Function<ObservedRequest, Optional<Fault>> faults) {
    this.vertx = vertx;
    this.faults = faults;
    ObjectReader reader = new ObjectReader(cluster);
    GarbageCollector collector = new GarbageCollector(cluster);
    ObjectRemover remover = new ObjectRemover(cluster, reader, collector);
    this.controllers =
        new Controllers(
            cluster, remover, collector, task -> vertx.setTimer(1, ignored -> task.run()));
    this.endpoints = new Endpoints(cluster, reader, remover, vertx);
  }

  /** Starts the controllers. Must be called on the event loop. */
  public void start() {
    controllers.start();
  }

  /** Deletes all objects except those of a new cluster. Must be called on the event loop. */
  public void wipe() {
    controllers.wipe();
  }

  /** Returns the handler of all requests. */
  public Router router() {
    Router router = Router.router(vertx);
    router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
    router.route().handler(this::receive);
    router.route().failureHandler(this::refuse);
    return router;
  }

  private void receive(RoutingContext context) {
    Optional<Fault> fault = faults.apply(observe(context));
    if (fault.isEmpty()) {
      serve(context);
      return;
    }
    switch (fault.get()) {
      case Fault.Fail(int status, String reason, String message) ->
          Responses.send(context, ApiException.of(status, reason, message));
      case Fault.Answer(String body) -> Responses.send(context, 200, "application/json", body);
      case Fault.Delay delay ->
          vertx.setTimer(Math.max(1, delay.by().toMillis()), ignored -> serve(context));
      case Fault.CutBefore cut -> context.request().connection().close();
      case Fault.CutAfter cut -> {
        Responses.discard(context);
        serve(context);
        context.request().connection().close();
      }
    }
  }

  private void serve(RoutingContext context) {
    try {
      endpoints.serve(context);
    } catch (ApiException e) {
      Responses.send(context, e);
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("request failed");
      Responses.send(
          context, ApiException.of(500, "InternalError", "Internal error occurred: " + e));
    }
  }

  private void refuse(RoutingContext context) {
    ApiException status =
        context.statusCode() == 413
            ? ApiException.of(
                413, "RequestEntityTooLarge", "Request entity too large: limit is " + BODY_LIMIT)
            : ApiException.of(500, "InternalError", "Internal error occurred");
    Responses.send(context, status);
  }

  private static ObservedRequest observe(RoutingContext context) {
    Map<String, String> parameters = parameters(context);
    Buffer body = context.body().buffer();
    return new ObservedRequest(
        context.request().method().name(),
        path(context),
        parameters,
        header(context, "User-Agent"),
        body == null ? "" : body.toString());
  }

  /** Returns the path without its percent-encoding, or unchanged if it is malformed. */
  static String path(RoutingContext context) {
    String path = context.request().path();
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return path;
    }
  }

  static Map<String, String> parameters(RoutingContext context) {
    Map<String, String> parameters = new LinkedHashMap<>();
    context
        .queryParams()
        .forEach(entry -> parameters.putIfAbsent(entry.getKey(), entry.getValue()));
    return parameters;
  }

  static String header(RoutingContext context, String name) {
    String value = context.request().getHeader(name);
    return value == null ? "" : value;
  }
}
