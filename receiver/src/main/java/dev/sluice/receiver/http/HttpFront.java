package dev.sluice.receiver.http;

import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.http.BodyIntake.BufferBudget;
import dev.sluice.receiver.metrics.ReceiverMetrics;
import dev.sluice.receiver.publish.ChangePublisher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * HTTP servers of the receiver: {@code /webhooks/<name>}, and, on the same or a separate port,
 * health and metrics.
 */
public final class HttpFront {

  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final int MAX_LINE_BYTES = 4 * 1024;

  private final Listening listening;
  private final HttpServer server;
  private final Optional<HttpServer> healthServer;
  private final Optional<ServedCertificate> certificate;
  private final Duration grace;

  private HttpFront(
      Listening listening,
      HttpServer server,
      Optional<HttpServer> healthServer,
      Optional<ServedCertificate> certificate,
      Duration grace) {
    this.listening = listening;
    this.server = server;
    this.healthServer = healthServer;
    this.certificate = certificate;
    this.grace = grace;
  }

  /**
   * Creates the servers without listening.
   *
   * @throws java.io.UncheckedIOException if the certificate cannot be read
   */
  public static HttpFront create(
      Vertx vertx,
      Listening listening,
      Limits limits,
      Map<String, LiveEndpoint> endpoints,
      Upstream upstream) {
    Health health = new Health(upstream.unreadyReason(), upstream.metrics());
    WebhookHandler webhooks = webhooks(vertx, listening, limits, endpoints, upstream);
    Optional<HttpServer> healthServer =
        listening
            .healthPort()
            .map(
                _ ->
                    vertx
                        .createHttpServer()
                        .requestHandler(request -> healthOnly(health, request)));

    Connections connections = new Connections(vertx, limits);
    upstream.metrics().gauge("connections", "open connections", connections::count);
    Optional<PemKeyCertOptions> pair = listening.certificate().map(Certificate::read);
    HttpServer server =
        vertx
            .createHttpServer(options(pair))
            .connectionHandler(connections::opened)
            .requestHandler(
                request -> {
                  connections.requestBegan(request.connection());
                  request
                      .response()
                      .endHandler(
                          _ -> connections.requestEnded(request.connection(), request.isEnded()));
                  if (!health.answersAnyone(request)) {
                    webhooks.handle(request);
                  }
                });
    return new HttpFront(
        listening,
        server,
        healthServer,
        pair.map(
            first -> new ServedCertificate(listening.certificate().orElseThrow(), server, first)),
        limits.requestTimeout().plus(limits.publishTimeout()));
  }

  /** Starts to listen and returns the port for webhooks. */
  public Future<Integer> listen() {
    Future<Integer> webhooks =
        server.listen(listening.port(), listening.host()).map(HttpServer::actualPort);
    return healthServer
        .map(
            health ->
                webhooks.compose(
                    port ->
                        health
                            .listen(listening.healthPort().orElseThrow(), listening.host())
                            .map(port)))
        .orElse(webhooks);
  }

  /** Returns the port for health and metrics, if they have a separate one. */
  public Optional<Integer> healthPort() {
    return healthServer.map(HttpServer::actualPort);
  }

  /** Loads the certificate again if it has changed. Blocks. */
  public void refresh() {
    certificate.ifPresent(ServedCertificate::refresh);
  }

  /** Stops accepting connections and finishes the requests in progress. */
  public Future<Void> close() {
    Future<Void> closed = server.shutdown(grace.toMillis(), TimeUnit.MILLISECONDS);
    return healthServer.map(health -> closed.compose(_ -> health.close())).orElse(closed);
  }

  private static void healthOnly(Health health, HttpServerRequest request) {
    if (!health.answers(request)) {
      request.response().setStatusCode(404).end();
    }
  }

  private static WebhookHandler webhooks(
      Vertx vertx,
      Listening listening,
      Limits limits,
      Map<String, LiveEndpoint> endpoints,
      Upstream upstream) {
    BufferBudget budget = new BufferBudget(limits.maxBufferedBytes());
    upstream.metrics().gauge("buffered_bytes", "bytes of bodies in memory", budget::used);
    return new WebhookHandler(
        endpoints,
        new CostGate(
            new Sources(listening.proxies()),
            new RefusalBudget(limits.refusalsPerSecond(), System::nanoTime),
            upstream.refused(),
            upstream.last(),
            limits),
        new BodyIntake(vertx, limits.requestTimeout(), budget),
        new DeliveryProcessing(vertx, upstream.publisher(), upstream.metrics(), upstream.tracing()),
        upstream.metrics(),
        upstream.clock());
  }

  private static HttpServerOptions options(Optional<PemKeyCertOptions> pair) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setDecompressionSupported(false)
            .setHttp2ClearTextEnabled(false)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setMaxInitialLineLength(MAX_LINE_BYTES);
    pair.ifPresent(first -> options.setSsl(true).setUseAlpn(true).setKeyCertOptions(first));
    return options;
  }

  /**
   * Services that requests need.
   *
   * @param unreadyReason why the receiver is not ready; empty if it is
   * @param refused receives the outcomes of deliveries, as does {@code last}
   */
  public record Upstream(
      ChangePublisher publisher,
      Supplier<Optional<String>> unreadyReason,
      RefusedDeliveries refused,
      LastDeliveries last,
      ReceiverMetrics metrics,
      Tracing tracing,
      Clock clock) {}
}
