package dev.sluice.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.telemetry.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code GET /livez} and {@code /readyz}: 200 or 503, and a word why; {@code GET /metrics}. */
final class HealthEndpoint implements AutoCloseable {

  private final HttpServer server;

  private HealthEndpoint(HttpServer server) {
    this.server = server;
  }

  static HealthEndpoint start(
      int port, BooleanSupplier live, Supplier<WorkerStatus> status, Metrics metrics) {
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
      server.createContext(
          "/livez",
          exchange -> answer(exchange, live.getAsBoolean(), live.getAsBoolean() ? "ok" : "stuck"));
      server.createContext(
          "/readyz",
          exchange -> {
            WorkerStatus now = status.get();
            answer(exchange, now.isReady(), now.name());
          });
      server.createContext("/metrics", exchange -> answer(exchange, metrics));
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.start();
      return new HealthEndpoint(server);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve health on port " + port, e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, Metrics metrics) throws IOException {
    try (exchange) {
      byte[] body = metrics.text().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", Metrics.CONTENT_TYPE);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static void answer(HttpExchange exchange, boolean well, String word) throws IOException {
    try (exchange) {
      byte[] body = (word + "\n").getBytes(UTF_8);
      exchange.sendResponseHeaders(well ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
