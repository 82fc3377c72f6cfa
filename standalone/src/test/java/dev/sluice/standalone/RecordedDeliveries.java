package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** HTTP proxy before a receiver, which records the deliveries that pass it. */
final class RecordedDeliveries implements AutoCloseable {

  /** Headers that the client sets on its own. */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("connection", "content-length", "host", "accept-encoding");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpServer server;
  private final URI receiver;
  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();

  /** Headers and body of a delivery, and the status of its answer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Delivery(Map<String, List<String>> headers, byte[] body, int status) {

    String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().getFirst())
          .findFirst()
          .orElse("");
    }
  }

  private RecordedDeliveries(HttpServer server, URI receiver) {
    this.server = server;
    this.receiver = receiver;
  }

  /** Starts a proxy before an endpoint. */
  static RecordedDeliveries before(String endpoint) throws IOException {
    RecordedDeliveries proxy =
        new RecordedDeliveries(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
            URI.create(endpoint));
    proxy.server.createContext("/", proxy::pass);
    proxy.server.start();
    return proxy;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** Returns the delivery of the push of a commit, once it is answered. */
  Optional<Delivery> about(String commit) {
    return deliveries.stream()
        .filter(
            delivery ->
                new String(delivery.body(), UTF_8)
                    .replaceAll("\\s", "")
                    .contains("\"after\":\"" + commit))
        .findFirst();
  }

  /** Sends the same headers and bytes to the receiver again. */
  HttpResponse<String> repeat(Delivery delivery) throws IOException, InterruptedException {
    return send(delivery.headers(), delivery.body());
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Map<String, List<String>> headers = Map.copyOf(exchange.getRequestHeaders());
      HttpResponse<String> answer = send(headers, body);
      deliveries.add(new Delivery(headers, body, answer.statusCode()));
      exchange.sendResponseHeaders(answer.statusCode(), -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<String> send(Map<String, List<String>> headers, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(receiver).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(
        (name, values) -> {
          if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> request.header(name, value));
          }
        });
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    server.stop(0);
    http.close();
  }
}
