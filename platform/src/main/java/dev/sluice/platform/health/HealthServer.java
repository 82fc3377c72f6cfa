package dev.sluice.platform.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.telemetry.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server for {@code GET /livez} and {@code /readyz}, which answer 200, or 503 with the
 * reasons, and for {@code GET /metrics}.
 */
public final class HealthServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HealthServer.class);

  private final HttpServer server;

  private HealthServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts the server on all addresses.
   *
   * @param port 0 for any free port
   */
  public static HealthServer start(
      int port, Supplier<Readiness> liveness, Supplier<Readiness> readiness, Metrics metrics) {
    return start(new InetSocketAddress(port), liveness, readiness, metrics);
  }

  /** Starts the server on an address. */
  public static HealthServer start(
      InetSocketAddress address,
      Supplier<Readiness> liveness,
      Supplier<Readiness> readiness,
      Metrics metrics) {
    try {
      HttpServer server = HttpServer.create(address, 0);
      server.createContext("/livez", exchange -> answer(exchange, known(liveness)));
      server.createContext("/readyz", exchange -> answer(exchange, known(readiness)));
      server.createContext("/metrics", exchange -> answer(exchange, metrics));
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.start();
      return new HealthServer(server);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve health on port " + address.getPort(), e);
    }
  }

  /** Returns the port that the server listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** Returns the probe's answer; a process whose state cannot be read is neither live nor ready. */
  private static Readiness known(Supplier<Readiness> probe) {
    try {
      return probe.get();
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      log.atError().setCause(e).log("cannot read the state of this process for a probe");
      return new Readiness(false, "unknown: " + e.getClass().getSimpleName());
    }
  }

  private static void answer(HttpExchange exchange, Readiness readiness) throws IOException {
    try (exchange) {
      byte[] body = (readiness.text() + "\n").getBytes(UTF_8);
      exchange.sendResponseHeaders(readiness.isReady() ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static void answer(HttpExchange exchange, Metrics metrics) throws IOException {
    try (exchange) {
      byte[] body = metrics.text().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", Metrics.CONTENT_TYPE);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
