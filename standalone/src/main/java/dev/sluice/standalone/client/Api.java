package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.HttpClients;
import dev.sluice.standalone.cli.ProgramVersion;
import dev.sluice.standalone.cli.TimedRequest;
import dev.sluice.standalone.client.output.Observations;
import dev.sluice.standalone.client.output.Reservations;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/**
 * HTTP client of the API; an error answer ends the command with the exit code for it. All requests
 * of a command share one time limit, unless the command takes several steps and renews it.
 */
public final class Api implements AutoCloseable {

  /** The time limit of a command's requests, unless an option states another. */
  public static final Duration LIMIT = Duration.ofSeconds(10);

  /** The longest time that the API waits for a worker, in seconds. */
  private static final int MAX_PATIENCE = 25;

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** Limits the memory for an answer. */
  private static final long MAX_ANSWER = 256L * 1024 * 1024;

  private final HttpClient http;
  private final URI server;
  private final Optional<SecretReference> token;
  private final Duration limit;
  private final Reservations reservations = new Reservations();
  private Deadline deadline;

  /**
   * Creates a client.
   *
   * @param limit time limit of all requests together, until it is renewed
   */
  public Api(URI server, Optional<SecretReference> token, Duration limit) {
    this.http = HttpClients.of(server, CONNECT);
    this.server = server;
    this.token = token;
    this.limit = limit;
    this.deadline = Deadline.in(limit);
  }

  /** Returns what limits the answers so far. */
  Reservations reservations() {
    return reservations;
  }

  /** Starts the time limit again, for the next of several steps. */
  public void renew() {
    deadline = Deadline.in(limit);
  }

  /** Starts the time limit again, for a step that must not take longer than this either. */
  void renew(Deadline latest) {
    deadline = Deadline.in(limit).or(latest);
  }

  /** Returns how many seconds the API may wait for a worker, so that its answer is in time. */
  int patienceSeconds() {
    return Math.toIntExact(Math.clamp(limit.toSeconds() - 2, 1, MAX_PATIENCE));
  }

  /** Parameters of a request in their order; absent values are omitted. */
  public static final class Query {

    private final List<String> pairs = new ArrayList<>();

    public Query with(String name, Optional<?> value) {
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

  public JsonNode get(String path, Query query) {
    return json(send(request(path + query).GET()));
  }

  /** Returns the answer, or empty if the API answers 404. */
  Optional<JsonNode> find(String path) {
    HttpResponse<byte[]> response = send(request(path).GET());
    return response.statusCode() == 404 ? Optional.empty() : Optional.of(json(response));
  }

  /** Returns the items of all pages, at most {@code most}. */
  public List<JsonNode> all(String path, Query query, int most) {
    return pages(path, query, most, _ -> {});
  }

  /**
   * Returns the items of all pages, each of which has the time limit of its own.
   *
   * @param progress receives the number of items so far, when another page follows
   */
  List<JsonNode> allPages(String path, Query query, IntConsumer progress) {
    return pages(
        path,
        query,
        Integer.MAX_VALUE,
        items -> {
          progress.accept(items);
          renew();
        });
  }

  private List<JsonNode> pages(String path, Query query, int most, IntConsumer before) {
    List<JsonNode> items = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      if (after.isPresent()) {
        before.accept(items.size());
      }
      Query page = new Query();
      page.pairs.addAll(query.pairs);
      JsonNode answer =
          get(
              path,
              page.with("limit", Optional.of(Math.min(1000, most - items.size())))
                  .with("after", after));
      if (!answer.path("items").isArray()) {
        throw new ExitException(ExitException.UNREACHABLE, foreign());
      }
      answer.get("items").forEach(items::add);
      after = Optional.ofNullable(answer.get("next")).map(JsonNode::asText);
    } while (after.isPresent() && items.size() < most);
    return items;
  }

  JsonNode post(String path, Object body, String idempotencyKey) {
    return json(
        send(
            request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))));
  }

  /** Opens a stream of server-sent events, whose first line arrives within the time limit. */
  EventReader stream(Query query, Optional<String> lastEventId) {
    HttpRequest.Builder request =
        request("/api/v1/events" + query).header("Accept", "text/event-stream");
    lastEventId.ifPresent(id -> request.header("Last-Event-ID", id));
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
        send(request, BodyHandlers.ofPublisher());
    if (response.statusCode() >= 300) {
      throw refused(response.statusCode(), read(response.body()));
    }
    EventReader reader = new EventReader();
    response.body().subscribe(BodySubscribers.fromLineSubscriber(reader));
    if (reader.line(deadline).isEmpty()) {
      reader.close();
      throw reader.hasEnded() ? broken() : late();
    }
    return reader;
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(path))
            .header("User-Agent", ProgramVersion.userAgent());
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret.resolve()));
    return request;
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) {
    return send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
  }

  private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler) {
    try {
      return TimedRequest.send(http, request.build(), handler, deadline.left());
    } catch (TimeoutException e) {
      throw late();
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new ExitException(
          ExitException.UNREACHABLE,
          "the API at %s does not answer: is it running, and is --server right?".formatted(server));
    } catch (IOException e) {
      throw broken();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private byte[] read(Flow.Publisher<List<ByteBuffer>> source) {
    BodySubscriber<byte[]> body =
        BodySubscribers.limiting(BodySubscribers.ofByteArray(), MAX_ANSWER);
    source.subscribe(body);
    try {
      return body.getBody()
          .toCompletableFuture()
          .get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw late();
    } catch (ExecutionException e) {
      throw broken();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static ExitException interrupted() {
    Thread.currentThread().interrupt();
    return new ExitException(1, "interrupted");
  }

  private ExitException late() {
    return new ExitException(
        ExitException.NO_ANSWER,
        "the API at %s has not answered in full within %s: see its log, or allow more time with --timeout"
            .formatted(server, Observations.duration(limit)));
  }

  private ExitException broken() {
    return new ExitException(
        ExitException.UNREACHABLE,
        "the connection to the API at %s broke off: was it stopped?".formatted(server));
  }

  private String foreign() {
    return "the answer of %s is not one of this API: is --server right?".formatted(server);
  }

  private JsonNode json(HttpResponse<byte[]> response) {
    if (response.statusCode() >= 300) {
      throw refused(response.statusCode(), response.body());
    }
    response.headers().firstValue("Sluice-Catching-Up").ifPresent(reservations::catchingUp);
    try {
      JsonNode answer = Json.mapper().readTree(response.body());
      reservations.answered(answer);
      return answer;
    } catch (IOException e) {
      throw new ExitException(ExitException.UNREACHABLE, foreign());
    }
  }

  private static ExitException refused(int status, byte[] body) {
    int code =
        switch (status) {
          case 401, 403 -> ExitException.NOT_ALLOWED;
          case 400, 415 -> 2;
          case 504 -> ExitException.TIMED_OUT;
          case 503 -> ExitException.UNREACHABLE;
          default -> 1;
        };
    return new ExitException(code, problem(status, body));
  }

  private static String problem(int status, byte[] body) {
    try {
      JsonNode problem = Json.mapper().readTree(body);
      if (problem.hasNonNull("title")) {
        return "%s: %s".formatted(problem.get("title").asText(), problem.path("detail").asText());
      }
    } catch (IOException e) {
      // an answer of another server
    }
    return "the answer of the server is HTTP status %d without an explanation: is --server right?"
        .formatted(status);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
