package dev.sluice.receiver.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads one body within its limits. Bytes it holds are on the budget until {@link #release}; what
 * comes after a refusal is thrown away unread.
 */
final class BodyIntake {

  private final Limits limits;
  private final BufferBudget budget;
  private final Promise<Body> result = Promise.promise();
  private Buffer buffer = Buffer.buffer();

  private BodyIntake(Limits limits, BufferBudget budget) {
    this.limits = limits;
    this.budget = budget;
  }

  /** Begins to read; call it on the request's event loop, before anything else has read of it. */
  static BodyIntake begin(
      Vertx vertx, HttpServerRequest request, Limits limits, BufferBudget budget) {
    BodyIntake intake = new BodyIntake(limits, budget);
    long deadline =
        vertx.setTimer(
            limits.requestTimeout().toMillis(), _ -> intake.refuse(Outcome.Refused.TOO_SLOW));
    intake.result.future().onComplete(_ -> vertx.cancelTimer(deadline));
    request
        .handler(intake::take)
        .endHandler(_ -> intake.result.tryComplete(new Body.Complete(intake.buffer.getBytes())))
        .exceptionHandler(
            _ -> intake.result.tryComplete(new Body.Refused(Outcome.Refused.CUT_OFF)));
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
    return intake;
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
    if ((long) buffer.length() + chunk.length() > limits.maxBodyBytes()) {
      refuse(Outcome.Refused.TOO_LARGE);
    } else if (budget.take(chunk.length())) {
      buffer.appendBuffer(chunk);
    } else {
      refuse(new Outcome.Unavailable("too many bodies are being read"));
    }
  }

  private void refuse(Outcome outcome) {
    result.tryComplete(new Body.Refused(outcome));
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
