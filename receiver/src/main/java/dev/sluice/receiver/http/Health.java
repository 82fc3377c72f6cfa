package dev.sluice.receiver.http;

import dev.sluice.receiver.metrics.ReceiverMetrics;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /livez}, {@code /readyz} (the broker answers) and {@code /metrics}. Where webhooks come
 * in, anyone may ask: there load balancers learn only whether it is ready.
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

  /** Answers anyone who asks whether it lives or is ready; without reasons. */
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

  /** Answers the operator's request if it asks for one of these. */
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
