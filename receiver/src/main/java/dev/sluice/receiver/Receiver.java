package dev.sluice.receiver;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.telemetry.Heartbeats;
import dev.sluice.platform.telemetry.MeasuredVertx;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.receiver.catchup.CatchUp;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.http.HttpFront;
import dev.sluice.receiver.http.LastDeliveries;
import dev.sluice.receiver.http.Listening;
import dev.sluice.receiver.http.RefusedDeliveries;
import dev.sluice.receiver.metrics.ReceiverMetrics;
import dev.sluice.receiver.publish.BrokerWatch;
import dev.sluice.receiver.publish.ChangePublisher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Webhook receiver. It holds no state that must survive a restart: a delivery answered with 202 is
 * in Kafka, and event ids are derived from the deliveries.
 */
public final class Receiver implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  /** How often secrets and certificates are read again. */
  private static final Duration REFRESH = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final ChangePublisher publisher;
  private final BrokerWatch watch;
  private final HttpFront front;
  private final List<CatchUp> catchUps;
  private final Heartbeats.Reporting reporting;
  private final int port;

  private Receiver(
      Vertx vertx,
      HttpFront front,
      ChangePublisher publisher,
      BrokerWatch watch,
      List<CatchUp> catchUps,
      Heartbeats.Reporting reporting,
      int port) {
    this.vertx = vertx;
    this.front = front;
    this.publisher = publisher;
    this.watch = watch;
    this.catchUps = catchUps;
    this.reporting = reporting;
    this.port = port;
  }

  /**
   * Starts a receiver. The broker may be unreachable; readiness then reports it.
   *
   * @throws dev.sluice.platform.config.ConfigurationException listing every secret that is missing,
   *     empty or malformed
   * @throws IllegalStateException if the receiver cannot listen on the address or use the
   *     certificate
   */
  public static Receiver start(ReceiverConfig config, KafkaConnection connection) {
    return start(config, connection, Clock.systemUTC());
  }

  /** Starts a receiver with another clock. */
  public static Receiver start(ReceiverConfig config, KafkaConnection connection, Clock clock) {
    return start(config, connection, clock, Telemetry.untraced());
  }

  /** Starts a receiver that shares metrics and traces with its process. */
  public static Receiver start(
      ReceiverConfig config, KafkaConnection connection, Clock clock, Telemetry telemetry) {
    Map<String, LiveEndpoint> endpoints = LiveEndpoint.resolve(config.endpoints(), clock);
    if (endpoints.isEmpty()) {
      LOG.atWarn().log("no webhook endpoint is configured: every webhook is answered 404");
    }
    Vertx vertx = MeasuredVertx.create("receiver", new VertxOptions(), telemetry.metrics());
    Listening listening = config.listening();
    try {
      ReceiverMetrics metrics = new ReceiverMetrics(telemetry.metrics());
      ChangePublisher publisher =
          new ChangePublisher(vertx, connection, config.limits().publishTimeout(), metrics);
      RefusedDeliveries refused = new RefusedDeliveries(clock);
      LastDeliveries last = new LastDeliveries(config.endpoints(), clock);
      BrokerWatch watch = new BrokerWatch(vertx, connection);
      List<CatchUp> catchUps =
          CatchUp.of(config.endpoints(), config.catchUpInterval(), metrics, clock);
      HttpFront front =
          HttpFront.create(
              vertx,
              listening,
              config.limits(),
              endpoints,
              new HttpFront.Upstream(
                  publisher,
                  () -> unreadyReason(watch, catchUps),
                  refused,
                  last,
                  metrics,
                  telemetry.tracing(),
                  clock));
      int port = await(front.listen());
      Map<String, Runnable> readers = new TreeMap<>();
      endpoints.forEach(
          (name, endpoint) ->
              readers.put("the secrets of the endpoint " + name, endpoint::refresh));
      readers.put("the certificate", front::refresh);
      Refresher refresher = new Refresher(readers, clock);
      metrics.gauge(
          "stale_files",
          "secrets and certificates that cannot be read again, and stay as they were",
          refresher::failing);
      refresher.start(vertx, REFRESH);
      LOG.atInfo()
          .addKeyValue("address", listening.host() + ":" + port)
          .addKeyValue("endpoints", endpoints.keySet())
          .log("receiver listens");
      catchUps.forEach(CatchUp::start);
      Heartbeats.Reporting reporting =
          telemetry
              .heartbeats()
              .report(
                  Heartbeats.Part.of(Heartbeat.Part.RECEIVER),
                  () ->
                      Heartbeats.Status.running(unreadyReason(watch, catchUps).stream().toList())
                          .with(refused.findings())
                          .receiving(last.all()));
      return new Receiver(vertx, front, publisher, watch, catchUps, reporting, port);
    } catch (RuntimeException e) {
      await(vertx.close());
      throw new IllegalStateException(
          "the receiver cannot start on %s:%d: %s"
              .formatted(listening.host(), listening.port(), e.getMessage()),
          e);
    }
  }

  /** Returns the port for webhooks. */
  public int port() {
    return port;
  }

  /** Returns the port for health and metrics, if they have a separate one. */
  public Optional<Integer> healthPort() {
    return front.healthPort();
  }

  /** Stops accepting requests, finishes those in progress, and waits for Kafka to acknowledge. */
  @Override
  public void close() {
    // wait for each step on this thread: a future chained to Vert.x' own close has no event loop
    // left
    reporting.close();
    catchUps.forEach(CatchUp::close);
    try {
      await(front.close());
      await(publisher.close());
      await(watch.close());
    } finally {
      await(vertx.close());
    }
  }

  private static Optional<String> unreadyReason(BrokerWatch watch, List<CatchUp> catchUps) {
    return watch
        .problem()
        .or(() -> catchUps.stream().flatMap(each -> each.unreadyReason().stream()).findFirst());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
  }
}
