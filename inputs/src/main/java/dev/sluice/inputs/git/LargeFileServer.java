package dev.sluice.inputs.git;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The Git LFS server of a repository: the batch API beside the repository's URL, with the
 * repository's credentials, certificates and proxy. The settings in a repository's {@code
 * .lfsconfig} have no effect, so no commit chooses the server.
 *
 * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md">Git LFS: the batch
 *     API</a>
 * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md">Git LFS:
 *     server discovery</a>
 */
final class LargeFileServer {

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofMinutes(2);
  private static final int MAX_ANSWER_BYTES = 256 * 1024;
  private static final int MAX_REDIRECTS = 3;

  /** The JDK's message for a body that exceeds the limit; it has no exception type for this. */
  private static final String EXCEEDED = "body exceeds capacity";

  private static final String NO_SPACE = "No space left on device";
  private static final String JSON = "application/vnd.git-lfs+json";

  /** Headers that the JDK's client sets itself, and refuses to set to other values. */
  private static final Set<String> OF_THE_CLIENT =
      Set.of("connection", "content-length", "expect", "host", "upgrade");

  private static final String AUTHORIZATION = "Authorization";

  private final URI url;
  private final HttpsAccess access;
  private final Optional<String> authorization;

  /**
   * Creates the server of a repository with a URL of HTTP.
   *
   * @param login for the repository, sent to the URL's own scheme, host and port only
   */
  LargeFileServer(Remote remote, Optional<Remote.Login> login) {
    String base = remote.url().replaceFirst("/+$", "");
    this.url =
        URI.create((base.endsWith(".git") ? base : base + ".git") + "/info/lfs/objects/batch");
    this.access = remote.https().orElse(HttpsAccess.DEFAULT);
    this.authorization = login.map(LargeFileServer::basic);
  }

  /** The server has not sent the file; the message has no credentials, queries or headers. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final SourceFailure code;
    private final boolean isOfLogin;

    RefusedException(SourceFailure code, boolean isOfLogin, String message) {
      super(message);
      this.code = code;
      this.isOfLogin = isOfLogin;
    }

    SourceFailure code() {
      return code;
    }

    /** Returns whether the repository's own server refuses the login. */
    boolean isOfLogin() {
      return isOfLogin;
    }
  }

  /** A URL that the server names, with the headers for it. */
  private record Action(URI uri, Map<String, String> headers) {}

  /**
   * Downloads the content of a file, whose size and digest are not verified yet.
   *
   * @param target an empty file for the content
   */
  void download(LargeFile file, Path target) throws RefusedException, IOException {
    Action action = action(file);
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      HttpRequest.Builder request = request(action);
      HttpResponse<Optional<Path>> answer =
          send(
              request,
              HttpResponse.BodyHandlers.ofFile(target, StandardOpenOption.WRITE),
              file.size());
      Optional<String> location = answer.headers().firstValue("Location");
      if (answer.statusCode() / 100 != 3 || location.isEmpty()) {
        var unused = required(answer, file);
        return;
      }
      URI next = resolved(action.uri(), location.get());
      action = new Action(next, isSameOrigin(next, action.uri()) ? action.headers() : Map.of());
    }
    throw refused(SourceFailure.REMOTE_UNREACHABLE, action.uri(), "redirects too often");
  }

  private HttpRequest.Builder request(Action action) throws RefusedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(action.uri());
    try {
      action.headers().forEach(request::setHeader);
      return request;
    } catch (IllegalArgumentException e) { // its message has the value
      throw refused(SourceFailure.REMOTE_INVALID, url, "names headers that are not valid");
    }
  }

  private Action action(LargeFile file) throws RefusedException, IOException {
    ObjectNode body = Json.mapper().createObjectNode().put("operation", "download");
    body.putArray("transfers").add("basic");
    body.put("hash_algo", "sha256");
    body.putArray("objects").addObject().put("oid", file.oid()).put("size", file.size());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Accept", JSON)
            .header("Content-Type", JSON)
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body)));
    authorization.ifPresent(header -> request.header(AUTHORIZATION, header));
    HttpResponse<Optional<byte[]>> answer =
        send(request, HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES);
    JsonNode object = parsed(required(answer, file)).at("/objects/0");
    JsonNode error = object.path("error");
    if (!error.isMissingNode()) {
      throw failed(error.path("code").asInt(), url, file);
    }
    JsonNode download = object.at("/actions/download");
    if (!file.oid().equals(object.path("oid").asText()) || !download.path("href").isTextual()) {
      throw refused(SourceFailure.REMOTE_INVALID, url, "does not say where the file is");
    }
    URI href = resolved(url, download.path("href").textValue());
    Map<String, String> headers = new HashMap<>();
    download.path("header").properties().stream()
        .filter(header -> !OF_THE_CLIENT.contains(header.getKey().toLowerCase(Locale.ROOT)))
        .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
    if (!object.path("authenticated").asBoolean()
        && headers.keySet().stream().noneMatch(AUTHORIZATION::equalsIgnoreCase)
        && isSameOrigin(href, url)) {
      authorization.ifPresent(header -> headers.put(AUTHORIZATION, header));
    }
    return new Action(href, headers);
  }

  private JsonNode parsed(byte[] answer) throws RefusedException, IOException {
    try {
      return Json.mapper().readTree(answer);
    } catch (JsonProcessingException e) {
      throw refused(SourceFailure.REMOTE_INVALID, url, "does not answer with JSON");
    }
  }

  /** Sends a request; the answer has content if its status is 200. */
  private <T> HttpResponse<Optional<T>> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> content, long most)
      throws RefusedException, IOException {
    HttpRequest built = request.timeout(WHOLE).build();
    HttpClient client = AccessClient.of(accessTo(built.uri()), CONNECT);
    try {
      return client
          .sendAsync(built, ofSuccess(HttpResponse.BodyHandlers.limiting(content, most)))
          .get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      String message = String.valueOf(e.getCause().getMessage());
      if (message.contains(NO_SPACE)) {
        throw new IOException(message, e);
      }
      if (message.startsWith(EXCEEDED)) {
        throw refused(
            SourceFailure.REMOTE_INVALID, built.uri(), "sends more than %d bytes".formatted(most));
      }
      String reason =
          TlsFailures.describe(e.getCause())
              .orElseGet(() -> e.getCause().getClass().getSimpleName());
      throw refused(SourceFailure.REMOTE_UNREACHABLE, built.uri(), "cannot be read: " + reason);
    } catch (TimeoutException e) {
      throw refused(
          SourceFailure.REMOTE_UNREACHABLE,
          built.uri(),
          "takes more than " + WHOLE.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(SourceFailure.REMOTE_UNREACHABLE, built.uri(), "was interrupted");
    } finally {
      client.shutdownNow();
    }
  }

  /** Handles the body of status 200, and discards others, which are pages about an error. */
  private static <T> HttpResponse.BodyHandler<Optional<T>> ofSuccess(
      HttpResponse.BodyHandler<T> content) {
    return head ->
        head.statusCode() == 200
            ? HttpResponse.BodySubscribers.mapping(content.apply(head), Optional::of)
            : HttpResponse.BodySubscribers.replacing(Optional.empty());
  }

  /** Returns the access to a URL; the client certificate is shown to the repository's host only. */
  private HttpsAccess accessTo(URI target) {
    return isSameOrigin(target, url)
        ? access
        : new HttpsAccess(
            access.trustedCertificates(),
            Optional.empty(),
            Optional.empty(),
            access.proxy(),
            access.proxyCredentials(),
            Optional.empty(),
            Optional.empty());
  }

  private <T> T required(HttpResponse<Optional<T>> answer, LargeFile file) throws RefusedException {
    return answer.body().orElseThrow(() -> failed(answer.statusCode(), answer.uri(), file));
  }

  private RefusedException failed(int status, URI uri, LargeFile file) {
    return switch (status) {
      case 404, 410 ->
          refused(
              SourceFailure.REMOTE_MISSING,
              uri,
              "answers %d: it does not have %s, or no Git LFS; push the file by `git lfs push`"
                  .formatted(status, file.oid()));
      case 401, 403 ->
          refused(
              SourceFailure.REMOTE_UNREACHABLE,
              isSameOrigin(uri, url),
              uri,
              "answers %d: check that the Repository's credentials may read files of Git LFS"
                  .formatted(status));
      default -> refused(SourceFailure.REMOTE_UNREACHABLE, uri, "answers " + status);
    };
  }

  private static RefusedException refused(SourceFailure code, URI uri, String problem) {
    return refused(code, /* isOfLogin= */ false, uri, problem);
  }

  private static RefusedException refused(
      SourceFailure code, boolean isOfLogin, URI uri, String problem) {
    return new RefusedException(
        code,
        isOfLogin,
        "%s://%s%s %s"
            .formatted(uri.getScheme(), uri.getRawAuthority(), uri.getRawPath(), problem));
  }

  /** Resolves a URL that a server gives; refuses all but http and https, and the end of TLS. */
  private static URI resolved(URI base, String reference) throws RefusedException {
    try {
      URI uri = base.resolve(reference);
      boolean isTls = "https".equalsIgnoreCase(uri.getScheme());
      boolean isPlain = "http".equalsIgnoreCase(uri.getScheme());
      if ((isTls || (isPlain && !"https".equalsIgnoreCase(base.getScheme())))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // reported below without the message, which may have a secret
    }
    throw refused(
        SourceFailure.REMOTE_INVALID,
        base,
        "refers to what is no https URL without credentials (or http, if it is one of http"
            + " itself)");
  }

  private static boolean isSameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0
        ? uri.getPort()
        : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  private static String basic(Remote.Login login) {
    String pair = login.user() + ":" + login.password();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }
}
