package dev.sluice.receiver.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** Reads bodies within their limits and the one budget for all of them. */
final class BodyIntake {

  private final Vertx vertx;
  private final Duration timeout;
  private final BufferBudget budget;

  BodyIntake(Vertx vertx, Duration timeout, BufferBudget budget) {
    this.vertx = vertx;
    this.timeout = timeout;
    this.budget = budget;
  }

  /** Begins to read; call it on the request's event loop, before anything else has read of it. */
  Reading begin(HttpServerRequest request, int maxBytes) {
    Reading reading = new Reading(maxBytes);
    long deadline =
        vertx.setTimer(timeout.toMillis(), _ -> reading.refuse(Outcome.Refused.TOO_SLOW));
    reading.result.future().onComplete(_ -> vertx.cancelTimer(deadline));
    request
        .handler(reading::take)
        .endHandler(_ -> reading.finish())
        .exceptionHandler(_ -> reading.refuse(Outcome.Refused.CUT_OFF));
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
    return reading;
  }

  /**
   * One body being read. The bytes it holds are on the budget until {@link #release}; what comes
   * after a refusal is thrown away unread.
   */
  final class Reading {

    private final int maxBytes;
    private final Promise<Body> result = Promise.promise();
    private Buffer buffer = Buffer.buffer();

    private Reading(int maxBytes) {
      this.maxBytes = maxBytes;
    }

    Future<Body> body() {
      return result.future();
    }

    /** Gives back what the body took of the budget; once, when the request is over. */
    void release() {
      budget.give(buffer.length());
      buffer = Buffer.buffer();
    }

    private void take(Buffer chunk) {
      if (result.future().isComplete()) {
        return;
      }
      if ((long) buffer.length() + chunk.length() > maxBytes) {
        refuse(Outcome.Refused.TOO_LARGE);
      } else if (budget.take(chunk.length())) {
        buffer.appendBuffer(chunk);
      } else {
        refuse(new Outcome.Unavailable("too many bodies are being read"));
      }
    }

    private void finish() {
      result.tryComplete(new Body.Complete(buffer.getBytes()));
    }

    private void refuse(Outcome outcome) {
      result.tryComplete(new Body.Refused(outcome));
    }
  }

  /** How the reading ended. */
  sealed interface Body {
    /** The whole body. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Complete(byte[] bytes) implements Body {}

    /** Beyond a limit, or cut off. */
    record Refused(Outcome outcome) implements Body {}
  }
}
