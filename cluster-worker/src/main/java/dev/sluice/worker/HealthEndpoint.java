package dev.sluice.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.process.FatalErrors;
import dev.sluice.contract.telemetry.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /livez} and {@code /readyz}: 200 or 503, and a word why; {@code GET /metrics}. */
final class HealthEndpoint implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HealthEndpoint.class);

  private final HttpServer server;

  private HealthEndpoint(HttpServer server) {
    this.server = server;
  }

  static HealthEndpoint start(
      int port, BooleanSupplier live, Supplier<Readiness> readiness, Metrics metrics) {
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
      server.createContext(
          "/livez",
          exchange -> {
            boolean isLive = live.getAsBoolean();
            answer(exchange, isLive, isLive ? "ok" : "stuck");
          });
      server.createContext("/readyz", exchange -> answer(exchange, known(readiness)));
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

  /** A worker that cannot even say how it is, is not ready. */
  private static Readiness known(Supplier<Readiness> readiness) {
    try {
      return readiness.get();
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      log.atError().setCause(e).log("the worker cannot say how it is");
      return new Readiness(false, "unknown: " + e.getClass().getSimpleName());
    }
  }

  private static void answer(HttpExchange exchange, Readiness readiness) throws IOException {
    answer(exchange, readiness.isReady(), readiness.text());
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
