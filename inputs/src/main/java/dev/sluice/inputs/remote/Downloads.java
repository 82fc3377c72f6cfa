package dev.sluice.inputs.remote;

import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Gets things over HTTP: bounded in size and time, through a few redirects, and never from TLS to
 * none. Messages name hosts and paths, never queries or headers, which may hold secrets.
 */
final class Downloads implements AutoCloseable {

  /** How the JDK tells of a body that is larger than its limit, by no exception of its own. */
  private static final String EXCEEDED = "body exceeds capacity";

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofMinutes(2);
  private static final int MAX_REDIRECTS = 5;

  private Optional<HttpClient> client = Optional.empty();

  /**
   * What is asked for.
   *
   * @param authority tells who we are, there and nowhere else
   * @param most bytes of the answer
   */
  record Question(URI uri, Optional<Authority> authority, String accept, long most) {

    Question as(Authority someone) {
      return new Question(uri, Optional.of(someone), accept, most);
    }

    private Question at(URI other) {
      return new Question(other, authority, accept, most);
    }
  }

  static final class Answer {

    private final URI uri;
    private final HttpResponse<byte[]> response;

    private Answer(URI uri, HttpResponse<byte[]> response) {
      this.uri = uri;
      this.response = response;
    }

    int status() {
      return response.statusCode();
    }

    HttpHeaders headers() {
      return response.headers();
    }

    /** The body of a good answer. */
    byte[] required() throws RemoteException {
      if (status() == 200) {
        return response.body();
      }
      String problem = "%s answers %d".formatted(shown(uri), status());
      throw switch (status()) {
        case 404, 410 -> new RemoteException(Remotes.MISSING, problem + ": there is no such thing");
        case 401, 403 ->
            new RemoteException(
                Remotes.UNREACHABLE,
                problem
                    + ": check the credentials that policy.remote.charts gives, and their rights");
        default -> new RemoteException(Remotes.UNREACHABLE, problem);
      };
    }
  }

  /** Asks, follows redirects, and returns any other answer. */
  Answer get(Question question) throws RemoteException {
    Question now = question;
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      HttpResponse<byte[]> response = send(now);
      Optional<String> location = response.headers().firstValue("Location");
      if (!isRedirect(response.statusCode()) || location.isEmpty()) {
        return new Answer(now.uri(), response);
      }
      now = now.at(next(now.uri(), location.get()));
    }
    throw new RemoteException(
        Remotes.UNREACHABLE, "%s redirects too often".formatted(shown(question.uri())));
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  /** Where a redirect leads. */
  static URI next(URI from, String location) throws RemoteException {
    URI to = resolved(from, location);
    if (from.getScheme().equalsIgnoreCase("https") && !to.getScheme().equalsIgnoreCase("https")) {
      throw new RemoteException(
          Remotes.UNREACHABLE, "%s redirects to one without TLS".formatted(shown(from)));
    }
    return to;
  }

  /** What a server calls a place, which may be anything. */
  static URI resolved(URI base, String reference) throws RemoteException {
    try {
      URI uri = base.resolve(reference);
      boolean http =
          "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
      if (http && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // told below, without what may be a secret
    }
    throw new RemoteException(
        Remotes.INVALID,
        "%s refers to what is no http or https URL without credentials".formatted(shown(base)));
  }

  private HttpResponse<byte[]> send(Question question) throws RemoteException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(question.uri()).timeout(WHOLE).header("Accept", question.accept());
    question
        .authority()
        .filter(authority -> authority.isFor(question.uri()))
        .ifPresent(authority -> request.header("Authorization", authority.header()));
    CompletableFuture<HttpResponse<byte[]>> response =
        client()
            .sendAsync(
                request.build(),
                HttpResponse.BodyHandlers.limiting(
                    HttpResponse.BodyHandlers.ofByteArray(), question.most()));
    try {
      return response.get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failed(question, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      response.cancel(true);
      throw unreachable(question.uri(), "it takes more than %s".formatted(WHOLE));
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      throw unreachable(question.uri(), "this dispatcher stops");
    }
  }

  private static RemoteException failed(Question question, Throwable cause) {
    for (Throwable e = cause; e != null; e = e.getCause()) {
      if (String.valueOf(e.getMessage()).startsWith(EXCEEDED)) {
        return new RemoteException(
            Remotes.INVALID,
            "%s: it sends more than %d MiB"
                .formatted(shown(question.uri()), question.most() >> 20));
      }
    }
    return unreachable(
        question.uri(),
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
        Remotes.UNREACHABLE, "%s cannot be read: %s".formatted(shown(uri), reason));
  }

  static String shown(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return "%s://%s%s%s".formatted(uri.getScheme(), uri.getHost(), port, uri.getRawPath());
  }

  /** Made when it is first needed, since most dispatchers download nothing. */
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
