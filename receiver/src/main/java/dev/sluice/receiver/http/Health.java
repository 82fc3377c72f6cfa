package dev.sluice.receiver.http;

import dev.sluice.receiver.metrics.ReceiverMetrics;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /livez}, {@code /readyz} and {@code /metrics}. On the port for webhooks, which anyone may
 * reach, {@code /readyz} gives no reasons.
 */
final class Health {

  private final Supplier<Optional<String>> unreadyReason;
  private final ReceiverMetrics metrics;

  Health(Supplier<Optional<String>> unreadyReason, ReceiverMetrics metrics) {
    this.unreadyReason = unreadyReason;
    this.metrics = metrics;
    metrics.gauge(
        "ready", "1 if the receiver is ready", () -> unreadyReason.get().isEmpty() ? 1 : 0);
  }

  /**
   * Answers a liveness or readiness request on the port for webhooks, without reasons; returns
   * false for other requests.
   */
  boolean answersAnyone(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET)) {
      return false;
    }
    switch (request.path()) {
      case "/livez" -> answer(request, Optional.empty());
      case "/readyz" ->
          answer(request, unreadyReason.get().map(_ -> "see the health port or the log"));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Answers a request on the health port; returns false for unknown paths. */
  boolean answers(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET)) {
      return false;
    }
    switch (request.path()) {
      case "/livez" -> answer(request, Optional.empty());
      case "/readyz" -> answer(request, unreadyReason.get());
      case "/metrics" ->
          request
              .response()
              .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
              .end(metrics.text());
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void answer(HttpServerRequest request, Optional<String> problem) {
    JsonObject body =
        problem
            .map(reason -> new JsonObject().put("status", "down").put("reason", reason))
            .orElseGet(() -> new JsonObject().put("status", "up"));
    request
        .response()
        .setStatusCode(problem.isPresent() ? 503 : 200)
        .putHeader("Content-Type", "application/json")
        .end(body.toBuffer());
  }
}
