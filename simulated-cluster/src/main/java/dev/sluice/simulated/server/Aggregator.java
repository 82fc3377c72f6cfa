package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.GroupVersion;
import dev.sluice.simulated.server.AggregatedApis.Address;
import dev.sluice.simulated.store.Change;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * Forwards requests to the servers of aggregated APIs, and checks whether they answer when an
 * APIService or a Service changes.
 */
final class Aggregator {
  private static final List<String> REQUEST_HEADERS = List.of("Accept", "Content-Type");
  private static final List<String> ANSWER_HEADERS = List.of("Content-Type", "Retry-After");
  private static final int CONNECTIONS = 100;

  private final AggregatedApis apis;
  private final HttpClient client;

  Aggregator(Cluster cluster, AggregatedApis apis, Vertx vertx) {
    this.apis = apis;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    cluster.store().listen(this::changed);
  }

  /** Answers a request with the answer of the version's server; with 503 if there is none. */
  void serve(RoutingContext context, GroupVersion version) {
    Optional<Address> server = apis.server(version);
    if (server.isEmpty()) {
      unavailable(context);
      return;
    }
    var unused =
        send(
                server.get(),
                context.request().method(),
                context.request().uri(),
                Optional.of(context))
            .onSuccess(answer -> pipe(answer, context))
            .onFailure(failure -> unavailable(context));
  }

  private static void unavailable(RoutingContext context) {
    Responses.send(context, 503, "text/plain; charset=utf-8", "service unavailable\n");
  }

  private Future<HttpClientResponse> send(
      Address server, HttpMethod method, String uri, Optional<RoutingContext> forwarded) {
    return client
        .request(
            new RequestOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setMethod(method)
                .setURI(uri))
        .compose(
            request -> {
              if (forwarded.isEmpty()) {
                return request.send();
              }
              RoutingContext context = forwarded.get();
              for (String name : REQUEST_HEADERS) {
                String value = context.request().getHeader(name);
                if (value != null) {
                  request.putHeader(name, value);
                }
              }
              Buffer body = context.body().buffer();
              return body == null ? request.send() : request.send(body);
            });
  }

  private static void pipe(HttpClientResponse answer, RoutingContext context) {
    HttpServerResponse response = context.response();
    if (Responses.isDiscarded(context) || response.closed()) {
      var unused = answer.request().reset();
      return;
    }
    response.setChunked(true).setStatusCode(answer.statusCode());
    for (String name : ANSWER_HEADERS) {
      if (answer.getHeader(name) != null) {
        response.putHeader(name, answer.getHeader(name));
      }
    }
    response.closeHandler(
        _ -> {
          var unused = answer.request().reset();
        });
    var unused = response.writeHead();
    unused = answer.pipeTo(response);
  }

  private void changed(Change change) {
    if (change.resource().equals(AggregatedApis.SERVICES) || change.resource().equals("services")) {
      apis.services().forEach(service -> apis.address(service).ifPresent(at -> check(service, at)));
    }
  }

  private void check(ObjectNode apiService, Address server) {
    GroupVersion version = AggregatedApis.version(apiService);
    var unused =
        send(server, HttpMethod.GET, "/apis/" + version.apiVersion(), Optional.empty())
            .onComplete(
                answer ->
                    apis.services()
                        .filter(now -> AggregatedApis.version(now).equals(version))
                        .findFirst()
                        .ifPresent(
                            now ->
                                apis.report(
                                    now,
                                    answer.succeeded() && answer.result().statusCode() == 200)));
  }
}
