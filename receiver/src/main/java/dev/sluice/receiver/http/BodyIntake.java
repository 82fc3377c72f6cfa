package dev.sluice.receiver.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Arrays;

/** Reads bodies within their limits and the one budget for all of them. */
final class BodyIntake {

  private static final int MIN_ROOM = 16 * 1024;

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
    Reading reading = new Reading(maxBytes, declaredBytes(request, maxBytes));
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

  private static int declaredBytes(HttpServerRequest request, int maxBytes) {
    String declared = request.getHeader("Content-Length");
    return declared == null ? maxBytes : (int) Math.min(maxBytes, Long.parseLong(declared));
  }

  /**
   * One body being read. The bytes it holds are on the budget until {@link #release}; what comes
   * after a refusal is thrown away unread.
   */
  final class Reading {

    private final int maxBytes;
    private final int expectedBytes;
    private final Promise<Body> result = Promise.promise();
    private byte[] bytes = new byte[0];
    private int length;

    private Reading(int maxBytes, int expectedBytes) {
      this.maxBytes = maxBytes;
      this.expectedBytes = expectedBytes;
    }

    Future<Body> body() {
      return result.future();
    }

    /** Gives back what the body took of the budget; once, when the request is over. */
    void release() {
      budget.give(length);
      length = 0;
      bytes = new byte[0];
    }

    private void take(Buffer chunk) {
      if (result.future().isComplete()) {
        return;
      }
      if ((long) length + chunk.length() > maxBytes) {
        refuse(Outcome.Refused.TOO_LARGE);
      } else if (budget.take(chunk.length())) {
        makeRoom(length + chunk.length());
        chunk.getBytes(bytes, length);
        length += chunk.length();
      } else {
        refuse(new Outcome.Unavailable("too many bodies are being read"));
      }
    }

    /** Grows as bytes come and not as they are announced, and never beyond what is announced. */
    private void makeRoom(int needed) {
      if (needed > bytes.length) {
        int doubled = (int) Math.min(maxBytes, Math.max(MIN_ROOM, 2L * bytes.length));
        bytes = Arrays.copyOf(bytes, Math.max(needed, Math.min(doubled, expectedBytes)));
      }
    }

    private void finish() {
      result.tryComplete(
          new Body.Complete(bytes.length == length ? bytes : Arrays.copyOf(bytes, length)));
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
