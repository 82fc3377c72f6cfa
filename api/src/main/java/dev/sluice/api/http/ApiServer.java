package dev.sluice.api.http;

import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.telemetry.Heartbeats;
import dev.sluice.platform.telemetry.MeasuredVertx;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.platform.telemetry.Telemetry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP API with its own read model. It holds no state that must survive a restart: the read model
 * is built from the topics, and a command is in Kafka before the API answers.
 */
public final class ApiServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
  private static final int MAX_BODY = 1024 * 1024;
  private static final int MAX_STREAMS = 500;
  private static final int QUESTIONS = 8;

  private final Vertx vertx;
  private final ReadModel model;
  private final CommandPublisher publisher;
  private final Access access;
  private final Metrics metrics;
  private final WorkerQuestions questions;
  private final AtomicInteger streams = new AtomicInteger();
  private final HttpServer server;
  private final Heartbeats.Reporting reporting;

  private ApiServer(
      ApiConfig config, KafkaConnection connection, Clock clock, Telemetry telemetry) {
    Metrics metrics = telemetry.metrics();
    this.access = Access.resolve(config.tokens());
    this.model = ReadModel.open(config.readModel(), connection, clock);
    this.publisher = new CommandPublisher(connection, clock);
    this.questions = new WorkerQuestions(model, publisher, clock);
    this.metrics = metrics;
    CommandService commands =
        new CommandService(model, publisher, new Refusals(publisher, clock, metrics));
    new ApiMetrics(metrics, model).listen();
    this.vertx =
        MeasuredVertx.create("api", new VertxOptions().setWorkerPoolSize(QUESTIONS), metrics);
    this.server =
        vertx
            .createHttpServer(new HttpServerOptions().setIdleTimeout(60))
            .requestHandler(
                router(
                    new Operations(
                            model,
                            commands,
                            new DeadLetterActions(model, commands, publisher),
                            questions)
                        .all()));
    this.reporting =
        telemetry
            .heartbeats()
            .report(
                Heartbeats.Part.of(Heartbeat.Part.API),
                () -> Heartbeats.Status.running(model.unreadyReason().stream().toList()));
  }

  /**
   * Starts the API. Until the read model has caught up, answers may be stale and the status reports
   * it.
   *
   * @throws dev.sluice.platform.config.ConfigurationException if a token cannot be used
   * @throws IllegalStateException if Kafka, the read model or the address cannot be used
   */
  public static ApiServer start(ApiConfig config, KafkaConnection connection, Clock clock) {
    return start(config, connection, clock, Telemetry.untraced());
  }

  /**
   * Starts the API with the metrics and heartbeats of the process.
   *
   * @param telemetry of the process; the API serves all of its metrics
   */
  public static ApiServer start(
      ApiConfig config, KafkaConnection connection, Clock clock, Telemetry telemetry) {
    ApiServer api = new ApiServer(config, connection, clock, telemetry);
    try {
      await(api.server.listen(config.port(), config.host()));
    } catch (IllegalStateException e) {
      api.close();
      throw new IllegalStateException(
          "the API cannot listen on %s:%d: %s"
              .formatted(config.host(), config.port(), e.getMessage()),
          e);
    }
    log.atInfo()
        .addKeyValue("address", config.host() + ":" + api.port())
        .addKeyValue("tokens", config.tokens().size())
        .log("the API listens");
    return api;
  }

  /** Returns the port that the API listens on. */
  public int port() {
    return server.actualPort();
  }

  /** Returns why answers may be stale, or empty if they are current. */
  public Optional<String> unreadyReason() {
    return model.unreadyReason();
  }

  private Router router(List<Operation> operations) {
    Router router = Router.router(vertx);
    String document = Replies.json(OpenApi.document(operations));
    router
        .get(Operations.ROOT + "/openapi.json")
        .handler(context -> Replies.reply(context, 200, document));
    router.get("/livez").handler(context -> Replies.plain(context, model.stuck()));
    router.get("/readyz").handler(context -> Replies.plain(context, model.unreadyReason()));
    router
        .get("/metrics")
        .handler(
            context ->
                answer(
                    context,
                    () -> {
                      if (!authenticate(context).scope().isAll()) {
                        throw new Problem(
                            403,
                            "Not allowed",
                            "metrics are of the whole fleet: use a token without 'application' and"
                                + " 'cluster'");
                      }
                      return metrics.text();
                    },
                    text ->
                        context
                            .response()
                            .putHeader("Content-Type", Metrics.CONTENT_TYPE)
                            .end(text)));
    for (Operation operation : operations) {
      var route = router.route(HttpMethod.valueOf(operation.method()), operation.route());
      if (operation.body().isPresent()) {
        route.handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
      }
      route.handler(context -> serve(operation, context));
    }
    router.errorHandler(
        404,
        context ->
            Replies.refuse(
                context, Problem.notFound("the API has no such path: see /api/v1/openapi.json")));
    router.errorHandler(
        405,
        context ->
            Replies.refuse(
                context,
                new Problem(
                    405,
                    "Method not allowed",
                    "the path does not have this method: see /api/v1/openapi.json")));
    router.errorHandler(
        413,
        context ->
            Replies.refuse(
                context, new Problem(413, "Too large", "the body is larger than 1 MiB")));
    router.errorHandler(
        400,
        context ->
            Replies.refuse(
                context,
                Problem.invalid("the request is not valid HTTP: check its path and headers")));
    router.errorHandler(500, context -> Replies.fail(context, context.failure()));
    return router;
  }

  private void serve(Operation operation, RoutingContext context) {
    boolean streamed =
        operation.answer().form() == Operation.Answer.Form.PAGE_OR_STREAM
            && String.valueOf(context.request().getHeader("Accept")).contains("text/event-stream");
    if (streamed) {
      stream(operation, context);
      return;
    }
    answer(
        context,
        () -> Replies.json(operation.handler().apply(request(operation, context))),
        text -> Replies.reply(context, operation.answer().status(), text));
  }

  private void stream(Operation operation, RoutingContext context) {
    if (streams.incrementAndGet() > MAX_STREAMS) {
      streams.decrementAndGet();
      Replies.refuse(
          context,
          new Problem(
              503, "Too many streams", "this process has reached its limit of event streams"));
      return;
    }
    vertx
        .executeBlocking(
            () -> {
              Request request = request(operation, context);
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
                    streams::decrementAndGet))
        .onFailure(
            failure -> {
              streams.decrementAndGet();
              Replies.fail(context, failure);
            });
  }

  private record Opening(Request request, long after) {}

  private Request request(Operation operation, RoutingContext context) {
    Principal principal = authenticate(context);
    byte[] body = new byte[0];
    if (operation.body().isPresent()) {
      String type = String.valueOf(context.request().getHeader("Content-Type"));
      if (!type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
        // also forces a browser to send a preflight request before a web page can post here (CORS)
        throw new Problem(415, "Unsupported media type", "send Content-Type: application/json");
      }
      Buffer sent = context.body().buffer();
      body = sent == null ? body : sent.getBytes();
    }
    return new Request(
        principal,
        Request.values(operation.parameters(), context.queryParams(), context.pathParams()),
        body,
        Optional.ofNullable(context.request().getHeader("Idempotency-Key"))
            .filter(key -> key.matches("[A-Za-z0-9._-]{1,100}")));
  }

  private Principal authenticate(RoutingContext context) {
    return access.authenticate(
        context.request().getHeader("Authorization"),
        Optional.ofNullable(context.request().authority()).map(HostAndPort::host));
  }

  private void answer(RoutingContext context, Callable<String> question, Consumer<String> reply) {
    vertx
        .executeBlocking(question, false)
        .onSuccess(reply::accept)
        .onFailure(failure -> Replies.fail(context, failure));
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
  }

  @Override
  public void close() {
    reporting.close();
    await(vertx.close());
    questions.close();
    publisher.close();
    model.close();
  }
}
