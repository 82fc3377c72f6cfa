package dev.sluice.simulated.runner.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.store.ObjectKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Requests to an API server, from one event loop. An answer other than success fails the future.
 */
public final class ApiClient {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int CONNECTIONS = 48;

  private final HttpClient http;
  private boolean closed;

  /** Creates a client of a server over plain HTTP, whose connections end with Vert.x. */
  public ApiClient(Vertx vertx, URI server) {
    HttpClientOptions options =
        new HttpClientOptions().setDefaultHost(server.getHost()).setDefaultPort(server.getPort());
    this.http = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(CONNECTIONS));
  }

  /** Makes no more requests. */
  public void close() {
    closed = true;
  }

  /** Creates an object, and returns it as it was stored. */
  public Future<ObjectNode> create(Kind kind, ObjectNode object, String agent) {
    return send(HttpMethod.POST, kind.in(Metadata.of(object).namespace()), object, agent);
  }

  /** Replaces an object, if it still has the resource version of the given one. */
  public Future<ObjectNode> replace(Kind kind, ObjectNode object, String agent) {
    return send(HttpMethod.PUT, kind.at(ObjectKey.of(object)), object, agent);
  }

  /** Replaces the status of an object, if it still has the resource version of the given one. */
  public Future<ObjectNode> replaceStatus(Kind kind, ObjectNode object, String agent) {
    return send(HttpMethod.PUT, kind.at(ObjectKey.of(object)) + "/status", object, agent);
  }

  /** Assigns a pod to a node. */
  public Future<ObjectNode> bind(ObjectNode pod, ObjectNode binding, String agent) {
    return send(HttpMethod.POST, Kind.POD.at(ObjectKey.of(pod)) + "/binding", binding, agent);
  }

  /** Deletes an object; returns it while it waits for its end, or a Status. */
  public Future<ObjectNode> delete(Kind kind, ObjectNode object, ObjectNode options, String agent) {
    return send(HttpMethod.DELETE, kind.at(ObjectKey.of(object)), options, agent);
  }

  /** Lists the objects of all namespaces. */
  Future<ObjectNode> list(Kind kind, String agent) {
    return get(kind.everywhere(), agent).compose(ApiClient::read);
  }

  /** Starts a watch of the objects of all namespaces. */
  Future<HttpClientResponse> watch(Kind kind, String version, int seconds, String agent) {
    String path =
        "%s?watch=true&allowWatchBookmarks=true&timeoutSeconds=%d&resourceVersion=%s"
            .formatted(kind.everywhere(), seconds, version);
    return get(path, agent);
  }

  private Future<HttpClientResponse> get(String path, String agent) {
    return closed
        ? Future.failedFuture(new ApiRefusal(0, "the client is closed"))
        : http.request(call(HttpMethod.GET, path, agent)).compose(HttpClientRequest::send);
  }

  static JsonNode parse(Buffer text) throws IOException {
    return MAPPER.readTree(text.getBytes());
  }

  private Future<ObjectNode> send(HttpMethod method, String path, ObjectNode body, String agent) {
    Buffer bytes;
    if (closed) {
      return Future.failedFuture(new ApiRefusal(0, "the client is closed"));
    }
    try {
      bytes = Buffer.buffer(MAPPER.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      return Future.failedFuture(e);
    }
    return http.request(call(method, path, agent))
        .compose(request -> request.send(bytes))
        .compose(ApiClient::read);
  }

  private static RequestOptions call(HttpMethod method, String path, String agent) {
    return new RequestOptions()
        .setMethod(method)
        .setURI(path)
        .putHeader("Accept", "application/json")
        .putHeader("User-Agent", agent)
        .putHeader("Content-Type", "application/json");
  }

  private static Future<ObjectNode> read(HttpClientResponse response) {
    return response
        .body()
        .compose(
            body -> {
              if (response.statusCode() >= 300) {
                return Future.failedFuture(
                    new ApiRefusal(response.statusCode(), body.toString(StandardCharsets.UTF_8)));
              }
              try {
                return Future.succeededFuture((ObjectNode) parse(body));
              } catch (IOException | ClassCastException e) {
                return Future.failedFuture(e);
              }
            });
  }
}
