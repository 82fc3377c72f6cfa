package dev.sluice.benchmarks.live;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Requests to an API server with as little work on the client's side as possible. */
public final class RawApi {

  /** The field manager of the benchmark's own writes. */
  static final String MANAGER = "benchmark";

  static final String APPLY = "application/apply-patch+yaml";
  static final String MERGE = "application/merge-patch+json";
  static final String STRATEGIC = "application/strategic-merge-patch+json";

  private static final String METADATA =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
  private static final String DELETE = "{\"kind\": \"DeleteOptions\", \"apiVersion\": \"v1\"}";

  private final KubernetesClient client;
  private final String base;

  public RawApi(KubernetesClient client) {
    this.client = client;
    String url = client.getMasterUrl().toString();
    this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  /** Sends a patch; the future fails if it is refused. */
  CompletableFuture<String> patch(String path, String type, String body) {
    return send(builder(path).method("PATCH", type, body).build());
  }

  /** Applies a manifest by server-side apply, with fields taken over from others. */
  public CompletableFuture<String> apply(String path, String manifest) {
    return patch("%s?fieldManager=%s&force=true".formatted(path, MANAGER), APPLY, manifest);
  }

  CompletableFuture<String> delete(String path) {
    return send(builder(path).delete("application/json", DELETE).build());
  }

  CompletableFuture<String> get(String path) {
    return send(builder(path).build());
  }

  /** Reads the metadata of an object that does not exist; the future fails if it does. */
  CompletableFuture<?> getMissing(String path) {
    HttpRequest request = builder(path).setHeader("Accept", METADATA).build();
    return client
        .getHttpClient()
        .sendAsync(request, String.class)
        .thenAccept(
            response -> {
              if (response.code() != 404) {
                throw new IllegalStateException("%s: %d".formatted(path, response.code()));
              }
            });
  }

  private HttpRequest.Builder builder(String path) {
    return client
        .getHttpClient()
        .newHttpRequestBuilder()
        .uri(base + path)
        .header("Accept", "application/json");
  }

  private CompletableFuture<String> send(HttpRequest request) {
    return client
        .getHttpClient()
        .sendAsync(request, String.class)
        .thenApply(
            response -> {
              if (!response.isSuccessful()) {
                throw new IllegalStateException(
                    "%s %s: %d %s"
                        .formatted(
                            request.method(), request.uri(), response.code(), response.body()));
              }
              return response.body();
            });
  }

  /** Waits for the answer to a request; returns the milliseconds since a time. */
  static double await(CompletableFuture<?> answer, long since)
      throws InterruptedException, ExecutionException {
    answer.get();
    return (System.nanoTime() - since) / 1e6;
  }
}
