package dev.sluice.standalone.cli;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP request with a time limit for the whole answer. The limit of the JDK's client ends with the
 * answer's head.
 */
public final class TimedRequest {

  private TimedRequest() {}

  /**
   * Sends a request in a thread of its own, so that nothing that blocks there outlasts the limit.
   *
   * @throws TimeoutException if the answer is not complete in time
   */
  public static <T> HttpResponse<T> send(
      HttpClient http, HttpRequest request, BodyHandler<T> handler, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    CompletableFuture<HttpResponse<T>> answer = new CompletableFuture<>();
    Thread sender =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    answer.complete(http.send(request, handler));
                  } catch (IOException | InterruptedException | RuntimeException e) {
                    answer.completeExceptionally(e);
                  }
                });
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      sender.interrupt();
    }
  }
}
