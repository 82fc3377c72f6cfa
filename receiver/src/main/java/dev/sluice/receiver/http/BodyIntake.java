package dev.sluice.receiver.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Reader of request bodies, within a limit for each body and a budget for all of them. */
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

  /** Starts to read a body. Must be called on the request's event loop, before any other read. */
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
   * Body that is being read. Its bytes count against the budget until {@link #release}. Bytes after
   * a refusal are discarded.
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

    /** Returns the bytes to the budget; called once, at the end of the request. */
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

    /**
     * Grows the buffer as bytes arrive rather than as announced, and never beyond the announced
     * length.
     */
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

  /** Outcome of reading a body. */
  sealed interface Body {
    /** The complete body. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Complete(byte[] bytes) implements Body {}

    /** Larger than a limit, too slow, or truncated. */
    record Refused(Outcome outcome) implements Body {}
  }

  /** Limit on the memory that all bodies use together. */
  static final class BufferBudget {

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    BufferBudget(long limit) {
      this.limit = limit;
    }

    /** Reserves the bytes if they are available. */
    boolean take(long bytes) {
      if (used.addAndGet(bytes) <= limit) {
        return true;
      }
      used.addAndGet(-bytes);
      return false;
    }

    /** Returns the number of reserved bytes. */
    long used() {
      return used.get();
    }

    void give(long bytes) {
      used.addAndGet(-bytes);
    }
  }
}
