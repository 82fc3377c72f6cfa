package dev.sluice.receiver.http;

import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.publish.BrokerWatch;
import dev.sluice.receiver.publish.ChangePublisher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The HTTP server: {@code /webhooks/<name>}, {@code /livez}, {@code /readyz}. */
public final class HttpFront {

  private final HttpServer server;
  private final Limits limits;

  private HttpFront(HttpServer server, Limits limits) {
    this.server = server;
    this.limits = limits;
  }

  /** A front that does not listen yet. */
  public static HttpFront create(
      Vertx vertx,
      Map<String, LiveEndpoint> endpoints,
      Limits limits,
      Upstream upstream,
      Clock clock) {
    Router router = Router.router(vertx);
    router.get("/livez").handler(context -> health(context.request(), Optional.empty()));
    router.get("/readyz").handler(context -> health(context.request(), upstream.watch().problem()));
    router
        .route("/webhooks/:name")
        .handler(new WebhookHandler(vertx, endpoints, limits, upstream.publisher(), clock));
    router
        .route()
        .handler(
            context ->
                new Exchange(context.request(), Optional.empty()).answer(Outcome.Refused.UNKNOWN));

    ConnectionDeadlines deadlines =
        new ConnectionDeadlines(vertx, limits.requestTimeout().toMillis());
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setDecompressionSupported(false)
                    .setHttp2ClearTextEnabled(false))
            .connectionHandler(
                connection -> {
                  deadlines.await(connection);
                  connection.closeHandler(_ -> deadlines.stop(connection));
                })
            .requestHandler(
                request -> {
                  deadlines.stop(request.connection());
                  request.response().endHandler(_ -> deadlines.await(request.connection()));
                  router.handle(request);
                });
    return new HttpFront(server, limits);
  }

  /** Listens. */
  public Future<Integer> listen(int port, String host) {
    return server.listen(port, host).map(HttpServer::actualPort);
  }

  /** Takes no more connections and finishes the requests that have begun. */
  public Future<Void> close() {
    long grace = limits.requestTimeout().plus(limits.publishTimeout()).toMillis();
    return server.shutdown(grace, TimeUnit.MILLISECONDS);
  }

  private static void health(HttpServerRequest request, Optional<String> problem) {
    JsonObject body =
        problem
            .map(reason -> new JsonObject().put("status", "down").put("reason", reason))
            .orElseGet(() -> new JsonObject().put("status", "up"));
    request
        .response()
        .setStatusCode(problem.isPresent() ? 503 : 200)
        .putHeader("Content-Type", "application/json")
        .end(body.toBuffer());
  }

  /** The way to Kafka, and whether it is open. */
  public record Upstream(ChangePublisher publisher, BrokerWatch watch) {}
}
