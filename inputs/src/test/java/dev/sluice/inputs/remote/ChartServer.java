package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host with charts, as a chart repository or an OCI registry. */
final class ChartServer implements AutoCloseable {

  /** Responds to requests for a path. */
  interface Page {
    Reply to(HttpExchange exchange);
  }

  static final class Reply {

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    Reply(int status, Map<String, String> headers, byte[] body) {
      this.status = status;
      this.headers = headers;
      this.body = body;
    }

    Map<String, String> headers() {
      return headers;
    }

    static Reply ok(byte[] body) {
      return new Reply(200, Map.of(), body);
    }

    static Reply ok(String body) {
      return ok(body.getBytes(UTF_8));
    }

    static Reply status(int status) {
      return new Reply(status, Map.of(), new byte[0]);
    }

    static Reply redirect(String location) {
      return new Reply(307, Map.of("Location", location), new byte[0]);
    }
  }

  /** A request that was received. */
  record Received(String method, String path, Optional<String> authorization, int sent) {}

  private final Map<String, Page> pages = new ConcurrentHashMap<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  private ChartServer(HttpServer server) {
    this.server = server;
  }

  static ChartServer start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ChartServer charts = new ChartServer(server);
    server.createContext("/", charts::handle);
    server.start();
    return charts;
  }

  ChartServer page(String path, Page page) {
    pages.put(path, page);
    return this;
  }

  ChartServer page(String path, Reply reply) {
    return page(path, _ -> reply);
  }

  String url(String path) {
    return "http://" + host() + path;
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  long received(String path) {
    return received.stream().filter(one -> one.path().equals(path)).count();
  }

  /** Returns the number of bytes that were sent for a path. */
  long sent(String path) {
    return received.stream().filter(one -> one.path().equals(path)).mapToLong(Received::sent).sum();
  }

  long received(String method, String path) {
    return received.stream()
        .filter(one -> one.method().equals(method) && one.path().equals(path))
        .count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    String method = exchange.getRequestMethod();
    Reply reply = pages.getOrDefault(path, _ -> Reply.status(404)).to(exchange);
    byte[] body = method.equals("HEAD") ? new byte[0] : reply.body;
    received.add(
        new Received(
            method,
            path,
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
            body.length));
    reply.headers.forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(reply.status, body.length == 0 ? -1 : body.length);
    try (exchange) {
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
