package dev.sluice.api.http;

import dev.sluice.api.cdevents.CdEventPublisher;
import dev.sluice.api.checkpoint.CheckpointWriter;
import dev.sluice.api.page.Page;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.contract.codec.PublishedSchemas;
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
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP API with its own read model. It holds no state that must survive a restart: the read model
 * is built from the topics, and a command is in Kafka before the API answers.
 */
public final class ApiServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
  private static final int MAX_BODY = 1024 * 1024;
  private static final int QUESTIONS = 8;

  private final Vertx vertx;
  private final ReadModel model;
  private final CommandPublisher publisher;
  private final Callers callers;
  private final Metrics metrics;
  private final WorkerQuestions questions;
  private final EventStreams eventStreams;
  private final HttpServer server;
  private final Optional<CheckpointWriter> checkpoints;
  private final Heartbeats.Reporting reporting;
  private final Optional<CdEventPublisher> cdEvents;

  private ApiServer(
      ApiConfig config, KafkaConnection connection, Clock clock, Telemetry telemetry) {
    Metrics metrics = telemetry.metrics();
    Access access = Access.resolve(config.tokens());
    this.checkpoints = CheckpointWriter.start(config.checkpoints(), connection, clock);
    this.model = ReadModel.open(config.readModel(), connection, clock);
    this.publisher = new CommandPublisher(connection, clock);
    this.questions = new WorkerQuestions(model, publisher, clock);
    this.metrics = metrics;
    this.cdEvents =
        config.cdEvents()
            ? Optional.of(new CdEventPublisher(connection, model, clock))
            : Optional.empty();
    Refusals refusals = new Refusals(publisher, clock, metrics);
    this.callers = new Callers(access, refusals, clock);
    CommandService commands = new CommandService(model, publisher, refusals, clock);
    new ApiMetrics(metrics, model).listen();
    this.vertx =
        MeasuredVertx.create("api", new VertxOptions().setWorkerPoolSize(QUESTIONS), metrics);
    this.eventStreams = new EventStreams(vertx, model, callers);
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions().setIdleTimeout(60).setCompressionSupported(true))
            .requestHandler(
                router(
                    new Operations(
                            model,
                            commands,
                            new DeadLetterActions(model, commands, publisher),
                            new FleetApprovals(model, publisher, refusals),
                            questions)
                        .all()));
    this.reporting =
        telemetry
            .heartbeats()
            .report(
                Heartbeats.Part.of(Heartbeat.Part.API),
                () ->
                    Heartbeats.Status.running(
                        Stream.of(
                                model.unreadyReason(),
                                cdEvents.flatMap(CdEventPublisher::unreadyReason),
                                checkpoints.flatMap(CheckpointWriter::problem))
                            .flatMap(Optional::stream)
                            .toList()));
    cdEvents.ifPresent(CdEventPublisher::start);
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
    Page.load().serve(router);
    new SessionRoutes(callers).serve(router);
    String document = Replies.json(OpenApi.document(operations));
    router
        .get(Operations.ROOT + "/openapi.json")
        .handler(context -> Replies.reply(context, 200, document));
    router.get(PublishedSchemas.PATH + "*").handler(this::schema);
    router.get("/livez").handler(context -> Replies.plain(context, model.stuck()));
    router.get("/readyz").handler(context -> Replies.plain(context, model.unreadyReason()));
    router
        .get("/metrics")
        .handler(
            context ->
                answer(
                    context,
                    () -> {
                      if (!callers.of(context).scope().isAll()) {
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
    Replies.explainErrors(router);
    return router;
  }

  /** Serves the schemas to anyone, since they are the same in every installation. */
  private void schema(RoutingContext context) {
    String asked = context.normalizedPath();
    // without a name, the path also matches without its last slash
    String path =
        asked.startsWith(PublishedSchemas.PATH)
            ? asked.substring(PublishedSchemas.PATH.length())
            : "";
    answer(
        context,
        () ->
            PublishedSchemas.read(path)
                .orElseThrow(
                    () -> Problem.notFound("there is no such schema: see /schemas/asyncapi.yaml")),
        text ->
            context
                .response()
                .putHeader(
                    "Content-Type",
                    path.endsWith(".yaml") ? "application/yaml" : "application/schema+json")
                .end(text));
  }

  private void serve(Operation operation, RoutingContext context) {
    boolean streamed =
        operation.answer().form() == Operation.Answer.Form.PAGE_OR_STREAM
            && String.valueOf(context.request().getHeader("Accept")).contains("text/event-stream");
    if (streamed) {
      eventStreams.open(context, () -> request(operation, context));
      return;
    }
    answer(
        context,
        () -> {
          // before the query: what is read meanwhile makes the answer newer, never older
          Optional<Long> catchingUp = model.catchingUp();
          Object answer = operation.handler().apply(request(operation, context));
          return Replies.answer(context, answer, catchingUp);
        },
        text -> Replies.reply(context, operation.answer().status(), text));
  }

  private Request request(Operation operation, RoutingContext context) {
    Principal principal = callers.of(context);
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
    cdEvents.ifPresent(CdEventPublisher::close);
    checkpoints.ifPresent(CheckpointWriter::close);
    model.close();
  }
}
