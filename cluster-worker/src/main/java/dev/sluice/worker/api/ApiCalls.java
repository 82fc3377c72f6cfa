package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.contract.yaml.YamlJson;
import dev.sluice.platform.process.FatalErrors;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls to the Kubernetes API with exact JSON bodies, over fabric8's HTTP client (its
 * authentication and TLS).
 */
final class ApiCalls {

  private static final Logger log = LoggerFactory.getLogger(ApiCalls.class);

  static final String JSON = "application/json";

  /** Server-side apply; the server reads the body as YAML. */
  static final String APPLY = "application/apply-patch+yaml";

  private static final int FORBIDDEN = 403;
  private static final String IMPERSONATED_USER = "Impersonate-User";

  /** The beginning of a path in an API group, with the group and the version. */
  private static final Pattern GROUP = Pattern.compile("/apis/([^/?]+/[^/?]+)");

  /** Bytes that are read of the answer to a watch that is refused. */
  private static final int MAX_STATUS = 1024 * 1024;

  private final KubernetesClient client;
  private final String base;
  private final Duration timeout;
  private final BooleanSupplier mayWrite;
  private final RequestPace pace;
  private final Optional<ServiceAccountName> account;

  /**
   * Creates calls.
   *
   * @param account that every call impersonates; empty for the client's own permissions
   */
  ApiCalls(
      KubernetesClient client,
      Duration timeout,
      BooleanSupplier mayWrite,
      RequestPace pace,
      Optional<ServiceAccountName> account) {
    this.client = client;
    this.mayWrite = mayWrite;
    this.pace = pace;
    this.account = account;
    String url = client.getMasterUrl().toString();
    this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.timeout = timeout;
  }

  /** Returns calls over the same connections that impersonate an account. */
  ApiCalls as(ServiceAccountName impersonated) {
    return new ApiCalls(client, timeout, mayWrite, pace, Optional.of(impersonated));
  }

  /**
   * Has a request impersonate the account. The API server adds the groups of service accounts, so
   * that the permission to impersonate groups is not needed.
   *
   * @throws ApiException if the client impersonates a user already, which would win
   */
  private void impersonate(HttpRequest.Builder request) {
    if (account.isEmpty()) {
      return;
    }
    String own = client.getConfiguration().getImpersonateUsername();
    if (own != null && !own.isEmpty()) {
      throw new ApiException(
          FORBIDDEN,
          "Forbidden",
          "the worker's credentials impersonate %s, so they cannot impersonate the service account %s: give the worker credentials of its own"
              .formatted(own, account.get()),
          "",
          List.of(),
          null);
    }
    request.header(IMPERSONATED_USER, account.get().user());
  }

  /** Opens an answer that is read while it arrives, without a time limit; the caller closes it. */
  InputStream stream(String path, String accept) throws IOException, InterruptedException {
    HttpRequest.Builder builder =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(base + path)
            .header("Accept", accept)
            .forStreaming();
    impersonate(builder);
    HttpResponse<InputStream> response = send("GET", builder.build(), InputStream.class, false);
    if (response.isSuccessful()) {
      return response.body();
    }
    InputStream body = response.body();
    CompletableFuture<Void> overdue = closeAfter(timeout, body);
    try (body) {
      throw failure("GET", response, tree(new String(body.readNBytes(MAX_STATUS), UTF_8)));
    } finally {
      overdue.cancel(false);
    }
  }

  /** Closes an answer after a time, which ends its reading, unless the result is cancelled. */
  static CompletableFuture<Void> closeAfter(Duration time, InputStream answer) {
    CompletableFuture<Void> overdue =
        new CompletableFuture<Void>()
            .completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS);
    var unused = overdue.thenRun(() -> closeQuietly(answer));
    return overdue;
  }

  /** Closes an answer, which ends its reading. */
  static void closeQuietly(InputStream answer) {
    try {
      answer.close();
    } catch (IOException e) {
      log.atDebug().setCause(e).log("an answer could not be closed");
    }
  }

  /**
   * Calls the API and returns the object of the answer.
   *
   * @throws ApiException if the API refuses the call, gives no answer, or may not be written to
   */
  ObjectNode call(
      String method, String path, String contentType, String accept, @Nullable ObjectNode body)
      throws InterruptedException {
    boolean writes = body != null && !path.contains("dryRun=All");
    HttpRequest request = request(method, path, contentType, accept, body);
    try {
      return read(method, send(method, request, String.class, writes));
    } catch (ApiException e) {
      if (account.isPresent() && isOfImpersonation(e)) {
        throw ApiException.notImpersonated(account.get(), e);
      }
      Matcher group = GROUP.matcher(path);
      throw group.lookingAt() && isWithoutServer(e)
          ? ApiException.groupUnavailable(group.group(1), e)
          : e;
    }
  }

  /**
   * Reads an answer that is plain text.
   *
   * @throws ApiException if the API refuses the call, or gives no answer
   */
  String text(String path) throws InterruptedException {
    HttpResponse<String> response =
        send("GET", request("GET", path, JSON, "text/plain, */*", null), String.class, false);
    String text = response.body() == null ? "" : response.body();
    if (!response.isSuccessful()) {
      throw failure("GET", response, tree(text));
    }
    return text;
  }

  /**
   * Returns whether the account may not be impersonated. The message does not name the account if
   * the API server has constrained impersonation (KEP-5284).
   */
  private static boolean isOfImpersonation(ApiException failure) {
    return failure.code() == FORBIDDEN
        && String.valueOf(failure.getMessage()).contains("\" cannot impersonate");
  }

  /**
   * Returns whether a call to an API group failed because the server of an aggregated API does not
   * answer. The API server then answers 503 without a Status. So does a proxy whose API server is
   * stopped, but for all paths.
   */
  private boolean isWithoutServer(ApiException failure) throws InterruptedException {
    if (failure.code() != 503 || !failure.reason().isEmpty()) {
      return false;
    }
    try {
      var unused = call("GET", "/version", JSON, JSON, null);
      return true;
    } catch (ApiException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  /** Sends a request; again for some times, if the server is too busy for it. */
  private <T> HttpResponse<T> send(
      String method, HttpRequest request, Class<T> body, boolean writes)
      throws InterruptedException {
    for (int sent = 1; ; sent++) {
      HttpResponse<T> response;
      pace.begin();
      try {
        if (writes && !mayWrite.getAsBoolean()) {
          throw ApiException.unreachable(
              "nothing is written: this worker may no longer lead", new IllegalStateException());
        }
        response = sendOnce(method, request, body);
        if (!RequestPace.isRefusal(response)) {
          pace.answered();
          return response;
        }
        if (!pace.refused(response, sent)) {
          return response;
        }
      } finally {
        pace.end();
      }
      if (response.body() instanceof InputStream answer) {
        closeQuietly(answer);
      }
    }
  }

  private <T> HttpResponse<T> sendOnce(String method, HttpRequest request, Class<T> body)
      throws InterruptedException {
    CompletableFuture<HttpResponse<T>> pending = client.getHttpClient().sendAsync(request, body);
    try {
      return pending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      pending.cancel(true);
      throw e;
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw ApiException.unreachable("no answer to %s within %s".formatted(method, timeout), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      FatalErrors.check(cause);
      throw ApiException.unreachable(
          "%s did not get through: %s".formatted(method, cause.getClass().getSimpleName()), cause);
    }
  }

  private HttpRequest request(
      String method, String path, String contentType, String accept, @Nullable ObjectNode body) {
    HttpRequest.Builder builder =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(base + path)
            .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    builder.header("Accept", accept);
    impersonate(builder);
    if (body == null) {
      return builder.build();
    }
    try {
      String text =
          contentType.equals(APPLY) ? YamlJson.of(body) : Json.mapper().writeValueAsString(body);
      return builder.method(method, contentType, text).build();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a JSON tree", e);
    }
  }

  private static ObjectNode read(String method, HttpResponse<String> response) {
    String text = response.body() == null ? "" : response.body();
    JsonNode node = tree(text);
    if (response.isSuccessful() && node instanceof ObjectNode object) {
      return object;
    }
    throw failure(method, response, node);
  }

  /** Returns the JSON of an answer; a missing node if it is not JSON. */
  private static JsonNode tree(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      return Json.mapper().missingNode();
    }
  }

  private static ApiException failure(String method, HttpResponse<?> response, JsonNode status) {
    return ApiException.of(
        response.code(),
        status,
        "HTTP %d to %s".formatted(response.code(), method),
        response.header("Retry-After"));
  }
}
