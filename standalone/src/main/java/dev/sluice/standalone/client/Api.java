package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** HTTP client of the API; an error answer ends the command with the exit code for it. */
final class Api implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final URI server;
  private final Optional<SecretReference> token;

  Api(URI server, Optional<SecretReference> token) {
    this.server = server;
    this.token = token;
  }

  /** Parameters of a request in their order; absent values are omitted. */
  static final class Query {

    private final List<String> pairs = new ArrayList<>();

    Query with(String name, Optional<?> value) {
      value.ifPresent(given -> pairs.add(name + "=" + encoded(given.toString())));
      return this;
    }

    Query with(String name, List<String> values) {
      values.forEach(value -> with(name, Optional.of(value)));
      return this;
    }

    @Override
    public String toString() {
      return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  JsonNode get(String path, Query query) {
    return json(send(request(path + query).GET().timeout(TIMEOUT).build()));
  }

  /** Returns the answer, or empty if the API answers 404. */
  Optional<JsonNode> find(String path) {
    HttpResponse<InputStream> response = send(request(path).GET().timeout(TIMEOUT).build());
    return response.statusCode() == 404 ? Optional.empty() : Optional.of(json(response));
  }

  /** Returns the items of all pages, at most {@code most}. */
  List<JsonNode> all(String path, Query query, int most) {
    List<JsonNode> items = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      Query page = new Query();
      page.pairs.addAll(query.pairs);
      JsonNode answer =
          get(
              path,
              page.with("limit", Optional.of(Math.min(1000, most - items.size())))
                  .with("after", after));
      answer.get("items").forEach(items::add);
      after = Optional.ofNullable(answer.get("next")).map(JsonNode::asText);
    } while (after.isPresent() && items.size() < most);
    return items;
  }

  JsonNode post(String path, Object body, String idempotencyKey) {
    return json(
        send(
            request(path)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build()));
  }

  /** Opens a stream of server-sent events. */
  InputStream stream(Query query, Optional<String> lastEventId) {
    HttpRequest.Builder request =
        request("/api/v1/events" + query).header("Accept", "text/event-stream");
    lastEventId.ifPresent(id -> request.header("Last-Event-ID", id));
    HttpResponse<InputStream> response = send(request.build());
    return checked(response).body();
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path));
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret.resolve()));
    return request;
  }

  private HttpResponse<InputStream> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new ExitException(
          ExitException.UNREACHABLE,
          "the API at %s does not answer (%s): is it running, and is --server right?"
              .formatted(server, e.getClass().getSimpleName()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExitException(1, "interrupted");
    }
  }

  private static JsonNode json(HttpResponse<InputStream> response) {
    try (InputStream body = checked(response).body()) {
      return Json.mapper().readTree(body);
    } catch (IOException e) {
      throw new ExitException(ExitException.UNREACHABLE, "the answer of the API broke off");
    }
  }

  private static HttpResponse<InputStream> checked(HttpResponse<InputStream> response) {
    if (response.statusCode() < 300) {
      return response;
    }
    int code =
        switch (response.statusCode()) {
          case 401, 403 -> ExitException.NOT_ALLOWED;
          case 400, 415 -> 2;
          case 504 -> ExitException.TIMED_OUT;
          case 503 -> ExitException.UNREACHABLE;
          default -> 1;
        };
    throw new ExitException(code, problem(response));
  }

  private static String problem(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      JsonNode problem = Json.mapper().readTree(body);
      return "%s: %s".formatted(problem.path("title").asText(), problem.path("detail").asText());
    } catch (IOException e) {
      return "the API answers " + response.statusCode();
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
