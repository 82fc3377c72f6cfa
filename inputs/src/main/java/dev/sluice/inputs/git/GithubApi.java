package dev.sluice.inputs.git;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * GitHub's REST API as an app uses it, with the certificates and the proxy of the repository. It
 * follows no redirects, which would carry the app's signature away.
 *
 * @param address of the API, without trailing '/'
 * @param repository {@code owner/name}
 * @see <a
 *     href="https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app">Create
 *     an installation access token for an app</a>
 * @see <a
 *     href="https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app">Get
 *     a repository installation for the authenticated app</a>
 */
record GithubApi(GithubApp app, String address, String repository, HttpsAccess access) {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int MAX_ANSWER_BYTES = 256 * 1024;

  /** The JDK's messages for a proxy that refuses the login, or the tunnel to the API. */
  private static final Pattern OF_PROXY =
      Pattern.compile(
          "too many authentication attempts.*|No credentials provided"
              + "|Proxy-Authenticate header missing.*|Tunnel failed, got: (403|407)");

  private static final String READ_ONLY = "{\"permissions\":{\"contents\":\"read\"}}";

  /** An installation token, which must not appear in messages. */
  record Token(String value, Instant expiresAt) {
    @Override
    public String toString() {
      return "Token[...]";
    }
  }

  /** GitHub has issued no token. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final SourceFailure code;

    RefusedException(SourceFailure code, String message) {
      super(message);
      this.code = code;
    }

    SourceFailure code() {
      return code;
    }
  }

  /** Returns the API for the app of a remote. */
  static GithubApi of(GithubApp app, Remote remote) {
    URI url = URI.create(remote.url());
    String address =
        "github.com".equalsIgnoreCase(url.getHost())
            ? "https://api.github.com"
            : "https://" + url.getRawAuthority() + "/api/v3";
    return new GithubApi(
        app,
        app.api().orElse(address),
        url.getRawPath().replaceFirst("^/+", "").replaceFirst("(\\.git)?/*$", ""),
        remote.https().orElse(HttpsAccess.DEFAULT));
  }

  /**
   * Requests a token that may read the contents of the installation's repositories.
   *
   * @throws IllegalStateException if the app's key or a certificate cannot be read
   */
  Token token(Instant now) throws RefusedException {
    try {
      return token(GithubJwt.sign(app, now));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private RefusedException unreachable(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (OF_PROXY.matcher(message).matches()) {
      return refusedByProxy(message);
    }
    Optional<String> tls = TlsFailures.describe(failure);
    return new RefusedException(
        tls.isPresent() ? SourceFailure.CERTIFICATE_REFUSED : SourceFailure.FORGE_UNREACHABLE,
        "GitHub's API at %s issues no token: %s"
            .formatted(address, tls.orElse(failure.toString())));
  }

  private RefusedException refusedByProxy(String answer) {
    return new RefusedException(
        SourceFailure.PROXY_REFUSED,
        "the proxy refuses the connection to GitHub's API at %s (%s): check https.proxyCredentials or the login in HTTPS_PROXY, and that the proxy permits this host"
            .formatted(address, answer));
  }

  private Token token(String jwt) throws IOException, RefusedException {
    HttpClient client = AccessClient.of(access, LIMIT);
    try {
      String installation =
          app.installationId().isPresent()
              ? app.installationId().get()
              : send(client, request(jwt, "/repos/" + repository + "/installation").GET())
                  .path("id")
                  .asText();
      JsonNode answer =
          send(
              client,
              request(jwt, "/app/installations/" + installation + "/access_tokens")
                  .POST(HttpRequest.BodyPublishers.ofString(READ_ONLY)));
      return token(answer);
    } finally {
      client.shutdownNow(); // does not wait for an answer that never ends
    }
  }

  private Token token(JsonNode answer) throws IOException {
    String value = answer.path("token").asText();
    if (value.isEmpty()) {
      throw new IOException("the answer has no token");
    }
    try {
      return new Token(value, Instant.parse(answer.path("expires_at").asText()));
    } catch (DateTimeException e) {
      throw new IOException("the answer does not say when the token expires", e);
    }
  }

  private HttpRequest.Builder request(String jwt, String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Accept", "application/vnd.github+json")
        .header("X-GitHub-Api-Version", "2022-11-28")
        .header("Authorization", "Bearer " + jwt);
  }

  private JsonNode send(HttpClient client, HttpRequest.Builder request)
      throws IOException, RefusedException {
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(
            request.build(),
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    try {
      HttpResponse<byte[]> response = sent.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() / 100 != 2) {
        throw isOverRateLimit(response)
            ? overRateLimit(response.statusCode())
            : refused(response.statusCode());
      }
      return Json.mapper().readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new IOException("the answer is not JSON"); // not the cause: it quotes the answer
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + LIMIT.toSeconds() + " seconds", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Returns whether GitHub refuses further requests for a while only.
   *
   * @see <a
   *     href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api">Rate
   *     limits for the REST API</a>
   */
  private static boolean isOverRateLimit(HttpResponse<?> response) {
    HttpHeaders headers = response.headers();
    return switch (response.statusCode()) {
      case 429 -> true;
      case 403 ->
          headers.firstValue("Retry-After").isPresent()
              || headers.firstValue("X-RateLimit-Remaining").filter("0"::equals).isPresent();
      default -> false;
    };
  }

  private RefusedException overRateLimit(int status) {
    return new RefusedException(
        SourceFailure.FORGE_UNREACHABLE,
        "GitHub's API at %s issues app %s no token for now: its rate limit is reached (%d)"
            .formatted(address, app.appId(), status));
  }

  private RefusedException refused(int status) {
    return switch (status) {
      case 401 ->
          new RefusedException(
              SourceFailure.CREDENTIALS_REFUSED,
              "GitHub's API at %s refuses the signature of app %s: check appId, the key at %s, and the clock"
                  .formatted(address, app.appId(), app.privateKey()));
      case 403, 422 ->
          new RefusedException(
              SourceFailure.ACCESS_DENIED,
              "GitHub's API at %s issues app %s no token that reads contents (%d): give the app the repository permission Contents: read-only, and accept it in the installation"
                  .formatted(address, app.appId(), status));
      case 404 ->
          new RefusedException(
              SourceFailure.ACCESS_DENIED,
              "GitHub's API at %s knows no installation %sof app %s: install the app for %s, or correct installationId"
                  .formatted(
                      address,
                      app.installationId().map(id -> id + " ").orElse(""),
                      app.appId(),
                      repository));
      case 407 -> refusedByProxy("407");
      default ->
          new RefusedException(
              SourceFailure.FORGE_UNREACHABLE,
              "GitHub's API at %s answers %d".formatted(address, status));
    };
  }
}
