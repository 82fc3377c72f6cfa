package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.yaml.YamlJson;
import dev.sluice.platform.process.FatalErrors;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
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

  /** The beginning of a path in an API group, with the group and the version. */
  private static final Pattern GROUP = Pattern.compile("/apis/([^/?]+/[^/?]+)");

  /** Bytes that are read of the answer to a watch that is refused. */
  private static final int MAX_STATUS = 1024 * 1024;

  private final KubernetesClient client;
  private final String base;
  private final Duration timeout;
  private final BooleanSupplier mayWrite;

  ApiCalls(KubernetesClient client, Duration timeout, BooleanSupplier mayWrite) {
    this.client = client;
    this.mayWrite = mayWrite;
    String url = client.getMasterUrl().toString();
    this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.timeout = timeout;
  }

  /** Opens an answer that is read while it arrives, without a time limit; the caller closes it. */
  InputStream stream(String path, String accept) throws IOException, InterruptedException {
    HttpRequest request =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(base + path)
            .header("Accept", accept)
            .forStreaming()
            .build();
    HttpResponse<InputStream> response = send("GET", request, InputStream.class);
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
    if (body != null && !path.contains("dryRun=All") && !mayWrite.getAsBoolean()) {
      throw ApiException.unreachable(
          "nothing is written: this worker may no longer lead", new IllegalStateException());
    }
    HttpRequest request = request(method, path, contentType, accept, body);
    try {
      return read(method, send(method, request, String.class));
    } catch (ApiException e) {
      Matcher group = GROUP.matcher(path);
      throw group.lookingAt() && isWithoutServer(e)
          ? ApiException.groupUnavailable(group.group(1), e)
          : e;
    }
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

  private <T> HttpResponse<T> send(String method, HttpRequest request, Class<T> body)
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
