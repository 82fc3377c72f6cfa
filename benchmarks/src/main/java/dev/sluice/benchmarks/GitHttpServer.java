package dev.sluice.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Server of the repositories under a directory, by Git's smart HTTP. Each request runs Git's own
 * server program (git-http-backend(1)), as a forge does.
 */
public final class GitHttpServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path directory;

  private GitHttpServer(HttpServer server, Path directory) {
    this.server = server;
    this.directory = directory;
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** Starts a server of the repositories in a directory. */
  public static GitHttpServer start(Path directory) throws IOException {
    return new GitHttpServer(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
        directory.toAbsolutePath());
  }

  /** Returns the URL of a repository in the directory. */
  public String url(String repository) {
    return "http://127.0.0.1:%d/%s".formatted(server.getAddress().getPort(), repository);
  }

  private void answer(HttpExchange exchange) throws IOException {
    ProcessBuilder backend = new ProcessBuilder("git", "http-backend");
    backend.redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = backend.environment();
    environment.put("GIT_PROJECT_ROOT", directory.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("PATH_INFO", exchange.getRequestURI().getPath());
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    put(environment, "QUERY_STRING", exchange.getRequestURI().getQuery());
    put(environment, "CONTENT_TYPE", exchange.getRequestHeaders().getFirst("Content-Type"));
    put(
        environment,
        "HTTP_CONTENT_ENCODING",
        exchange.getRequestHeaders().getFirst("Content-Encoding"));
    put(environment, "GIT_PROTOCOL", exchange.getRequestHeaders().getFirst("Git-Protocol"));
    Process process = backend.start();
    try (OutputStream input = process.getOutputStream()) {
      exchange.getRequestBody().transferTo(input);
    }
    try (InputStream output = new BufferedInputStream(process.getInputStream());
        OutputStream response = exchange.getResponseBody()) {
      exchange.sendResponseHeaders(headers(exchange, output), 0);
      output.transferTo(response);
    }
  }

  private static void put(Map<String, String> environment, String name, String value) {
    Optional.ofNullable(value).ifPresent(text -> environment.put(name, text));
  }

  /** Copies the program's headers (RFC 3875) to the answer, and returns its status. */
  private static int headers(HttpExchange exchange, InputStream output) throws IOException {
    int status = 200;
    for (String line = line(output); !line.isEmpty(); line = line(output)) {
      String[] header = line.split(": ", 2);
      if (header[0].equals("Status")) {
        status = Integer.parseInt(header[1].substring(0, 3));
      } else {
        exchange.getResponseHeaders().set(header[0], header[1]);
      }
    }
    return status;
  }

  private static String line(InputStream output) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = output.read(); next >= 0 && next != '\n'; next = output.read()) {
      line.append(new String(new byte[] {(byte) next}, ISO_8859_1));
    }
    return line.toString().strip();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
