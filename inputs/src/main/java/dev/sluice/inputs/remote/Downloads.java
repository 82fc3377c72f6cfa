package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.git.TlsFailures;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * HTTP client with limits on size, time and redirects, which refuses redirects from TLS to plain
 * HTTP. Messages contain hosts and paths, but no queries or headers, which may have secrets.
 */
final class Downloads implements AutoCloseable {

  /** The JDK's message for a body that exceeds the limit; it has no exception type for this. */
  private static final String EXCEEDED = "body exceeds capacity";

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofMinutes(2);
  private static final int MAX_REDIRECTS = 5;

  private Optional<HttpClient> client = Optional.empty();

  /**
   * A request.
   *
   * @param authorization credentials, sent to their own origin only
   * @param most the largest body in bytes
   */
  record Request(
      String method,
      URI uri,
      Optional<Authorization> authorization,
      Map<String, String> headers,
      long most) {

    static Request get(URI uri, Optional<Authorization> authorization, String accept, long most) {
      return new Request("GET", uri, authorization, Map.of("Accept", accept), most);
    }

    /** Returns the same request for the headers alone. */
    Request head() {
      return new Request("HEAD", uri, authorization, headers, most);
    }

    Request as(Authorization someone) {
      return new Request(method, uri, Optional.of(someone), headers, most);
    }

    Request with(Map<String, String> more) {
      Map<String, String> all = new HashMap<>(headers);
      all.putAll(more);
      return new Request(method, uri, authorization, Map.copyOf(all), most);
    }

    private Request at(URI other) {
      return new Request(method, other, authorization, headers, most);
    }
  }

  static final class Response<T> {

    private final URI uri;
    private final HttpResponse<T> response;

    private Response(URI uri, HttpResponse<T> response) {
      this.uri = uri;
      this.response = response;
    }

    /** Returns the URI that responded, after redirects. */
    URI uri() {
      return uri;
    }

    int status() {
      return response.statusCode();
    }

    HttpHeaders headers() {
      return response.headers();
    }

    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    T body() {
      return response.body();
    }

    /** Returns the body if the status is 200. */
    T required() throws RemoteException {
      if (status() == 200) {
        return response.body();
      }
      throw refusal();
    }

    /** Returns the failure of which a status other than 200 tells. */
    RemoteException refusal() {
      String problem = "%s answers %d".formatted(shown(uri), status());
      return switch (status()) {
        case 404, 410 ->
            new RemoteException(SourceFailure.REMOTE_MISSING, problem + ": there is no such thing");
        case 401 ->
            new RemoteException(
                SourceFailure.CREDENTIALS_REFUSED,
                problem + ": check the credentials that the fleet gives for it");
        case 403 ->
            new RemoteException(
                SourceFailure.ACCESS_DENIED,
                problem + ": check the credentials that the fleet gives for it, and their rights");
        default -> new RemoteException(SourceFailure.REMOTE_UNREACHABLE, problem);
      };
    }
  }

  /**
   * Sends a request, follows redirects, and returns the final response, with its body in memory.
   */
  Response<byte[]> send(Request request) throws RemoteException {
    return send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  /**
   * Sends a request, follows redirects, and returns the final response, with its body in a file.
   */
  Response<Path> send(Request request, Path file) throws RemoteException {
    return send(
        request,
        HttpResponse.BodyHandlers.ofFile(
            file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING));
  }

  private <T> Response<T> send(Request request, HttpResponse.BodyHandler<T> body)
      throws RemoteException {
    Request now = request;
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      HttpResponse<T> response = sendOnce(now, body);
      Optional<String> location = response.headers().firstValue("Location");
      if (!isRedirect(response.statusCode()) || location.isEmpty()) {
        return new Response<>(now.uri(), response);
      }
      now = now.at(next(now.uri(), location.get()));
    }
    throw new RemoteException(
        SourceFailure.REMOTE_UNREACHABLE, "%s redirects too often".formatted(shown(request.uri())));
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  /** Returns the target of a redirect. */
  static URI next(URI from, String location) throws RemoteException {
    URI to = resolved(from, location);
    if (from.getScheme().equalsIgnoreCase("https") && !to.getScheme().equalsIgnoreCase("https")) {
      throw new RemoteException(
          SourceFailure.REMOTE_UNREACHABLE,
          "%s redirects to one without TLS".formatted(shown(from)));
    }
    return to;
  }

  /**
   * Resolves a URL that a server gives; refuses all but http and https URLs without credentials.
   */
  static URI resolved(URI base, String reference) throws RemoteException {
    try {
      URI uri = base.resolve(reference);
      boolean http =
          "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
      if (http && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // reported below without the message, which may have a secret
    }
    throw new RemoteException(
        SourceFailure.REMOTE_INVALID,
        "%s refers to what is no http or https URL without credentials".formatted(shown(base)));
  }

  private <T> HttpResponse<T> sendOnce(Request request, HttpResponse.BodyHandler<T> body)
      throws RemoteException {
    HttpRequest.Builder http =
        HttpRequest.newBuilder(request.uri())
            .method(request.method(), HttpRequest.BodyPublishers.noBody())
            .timeout(WHOLE);
    request.headers().forEach(http::header);
    request
        .authorization()
        .filter(authorization -> authorization.isFor(request.uri()))
        .ifPresent(authorization -> http.header("Authorization", authorization.header()));
    CompletableFuture<HttpResponse<T>> response =
        client().sendAsync(http.build(), HttpResponse.BodyHandlers.limiting(body, request.most()));
    try {
      return response.get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failed(request, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      response.cancel(true);
      throw unreachable(request.uri(), "it takes more than %s".formatted(WHOLE));
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      throw unreachable(request.uri(), "this dispatcher stops");
    }
  }

  private static RemoteException failed(Request request, Throwable cause) {
    for (Throwable e = cause; e != null; e = e.getCause()) {
      if (String.valueOf(e.getMessage()).startsWith(EXCEEDED)) {
        return new RemoteException(
            SourceFailure.ARTIFACT_TOO_LARGE,
            "%s: it sends more than %d MiB".formatted(shown(request.uri()), request.most() >> 20));
      }
    }
    Optional<String> tls = TlsFailures.describe(cause);
    if (tls.isPresent()) {
      return unreachable(request.uri(), tls.get());
    }
    return unreachable(
        request.uri(),
        switch (cause) {
          case HttpTimeoutException _ -> "it does not answer in time";
          case ConnectException _ -> "no connection";
          case SSLException e -> "TLS: " + e.getMessage();
          case IOException e -> e.getClass().getSimpleName();
          default -> cause.getClass().getSimpleName();
        });
  }

  private static RemoteException unreachable(URI uri, String reason) {
    return new RemoteException(
        SourceFailure.REMOTE_UNREACHABLE, "%s cannot be read: %s".formatted(shown(uri), reason));
  }

  static String shown(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return "%s://%s%s%s".formatted(uri.getScheme(), uri.getHost(), port, uri.getRawPath());
  }

  /**
   * Returns the client, which is created at first use, because most dispatchers download nothing.
   */
  private synchronized HttpClient client() {
    HttpClient here =
        client.orElseGet(
            () ->
                HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build());
    client = Optional.of(here);
    return here;
  }

  @Override
  public synchronized void close() {
    client.ifPresent(HttpClient::shutdownNow);
  }
}
