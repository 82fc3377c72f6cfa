package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.platform.process.NeededProgram;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Server of the repositories under a directory by Git's own program, git-http-backend(1), with or
 * without TLS. It asks for credentials, and may require a client certificate.
 */
public final class HttpBackend implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path directory;
  private final List<String> logins = new CopyOnWriteArrayList<>();

  /** The status for {@code user:password}; empty for none. */
  private volatile Function<String, Integer> access = _ -> 200;

  private HttpBackend(HttpServer server, Path directory) {
    NeededProgram.check("git");
    this.server = server;
    this.directory = directory;
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  public static HttpBackend plain(Path directory) throws IOException {
    return new HttpBackend(HttpServer.create(loopback(), 0), directory);
  }

  public static HttpBackend withTls(Path directory, SSLContext tls, boolean requiresClient)
      throws IOException {
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters ours = tls.getDefaultSSLParameters();
            ours.setNeedClientAuth(requiresClient);
            parameters.setSSLParameters(ours);
          }
        });
    return new HttpBackend(server, directory);
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** Sets the status that answers {@code user:password}, which is empty if none is sent. */
  public void access(Function<String, Integer> status) {
    this.access = status;
  }

  /** Accepts exactly these credentials; others are answered 401. */
  public void accept(String login) {
    access(sent -> sent.equals(login) ? 200 : 401);
  }

  /** Returns the credentials of all requests. */
  public List<String> logins() {
    return Collections.unmodifiableList(logins);
  }

  /** Answers the requests below a path by something else than Git. */
  public void serve(String path, HttpHandler other) {
    server.createContext(path, other);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Returns the URL of a repository in the directory. */
  public String url(String repository) {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return "%s://127.0.0.1:%d/%s".formatted(scheme, port(), repository);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    String login =
        header == null
            ? ""
            : new String(Base64.getDecoder().decode(header.replace("Basic ", "")), UTF_8);
    logins.add(login);
    int status = access.apply(login);
    if (status != 200) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
      return;
    }
    run(exchange);
  }

  private void run(HttpExchange exchange) throws IOException {
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
