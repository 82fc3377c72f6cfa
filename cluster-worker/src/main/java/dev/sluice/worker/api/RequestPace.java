package dev.sluice.worker.api;

import io.fabric8.kubernetes.client.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The pace of a worker's requests to an API server, which follows what the server can take.
 *
 * <p>A server that is too busy for a request refuses it unread with 429, a text instead of a
 * Status, and {@code Retry-After} (API Priority and Fairness, KEP-1040). Then all requests pause
 * for that time. Afterwards half as many run at once, and one more each time that ten times as many
 * have been answered, so that the end of a pause is no storm. A 429 with a Status is about one
 * object, as an admission webhook may send it, and slows nothing down.
 */
public final class RequestPace {

  /** Maximum duration of a pause, whatever the server asks for. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Duration of a pause if the server names none. */
  private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);

  /** Maximum number of requests at once: eight for each of the lanes that run by default. */
  private static final int MOST_AT_ONCE = 128;

  /** The least number to which refusals reduce it, so that one that hangs does not stop all. */
  private static final int LEAST_AT_ONCE = 4;

  /** How often one request is sent before its refusal is a failure. */
  private static final int TRIES = 8;

  /** Answers, for each request that may run at once, after which one more may. */
  private static final int ANSWERS_EACH = 10;

  private static final int TOO_MANY_REQUESTS = 429;

  private final int tries;
  private final Runnable onRefusal;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  private long resumeAt = System.nanoTime();
  private int atOnce = MOST_AT_ONCE;
  private int running;
  private int answered;

  private RequestPace(int tries, Runnable onRefusal) {
    this.tries = tries;
    this.onRefusal = onRefusal;
  }

  /**
   * Returns the pace of a server's requests, which are repeated if they are refused.
   *
   * @param onRefusal called at each refusal
   */
  public static RequestPace repeating(Runnable onRefusal) {
    return new RequestPace(TRIES, onRefusal);
  }

  /** Returns the pace of requests whose sender must not wait, and repeats them itself. */
  public static RequestPace once() {
    return new RequestPace(1, () -> {});
  }

  /** Returns whether a server refused a request because it is too busy for any. */
  static boolean isRefusal(HttpResponse<?> answer) {
    String type = answer.header("Content-Type");
    return answer.code() == TOO_MANY_REQUESTS && (type == null || !type.contains("json"));
  }

  /** Waits until a request may be sent; {@link #end} must follow. */
  void begin() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      for (long pause = pause(); pause > 0 || running >= atOnce; pause = pause()) {
        if (pause > 0) {
          long unused = changed.awaitNanos(pause);
        } else {
          changed.await();
        }
      }
      running++;
    } finally {
      lock.unlock();
    }
  }

  /** Records that a request is over. */
  void end() {
    lock.lock();
    try {
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Records an answer to a request that runs. */
  void answered() {
    lock.lock();
    try {
      answered++;
      if (answered >= ANSWERS_EACH * atOnce) {
        answered = 0;
        atOnce = Math.min(MOST_AT_ONCE, atOnce + 1);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Records the refusal of a request that runs.
   *
   * @param sent how often it was sent
   * @return whether to send it again
   */
  boolean refused(HttpResponse<?> answer, int sent) {
    onRefusal.run();
    Duration asked = ApiException.seconds(answer.header("Retry-After")).orElse(DEFAULT_PAUSE);
    boolean isShort = asked.compareTo(LONGEST_PAUSE) <= 0;
    lock.lock();
    try {
      if (pause() <= 0) { // otherwise it was sent before the pause
        atOnce = Math.max(LEAST_AT_ONCE, Math.min(atOnce, running) / 2);
        answered = 0;
      }
      long pause = (isShort ? asked : LONGEST_PAUSE).toNanos();
      if (pause > pause()) {
        resumeAt = System.nanoTime() + pause;
      }
    } finally {
      lock.unlock();
    }
    return isShort && sent < tries;
  }

  /** Returns the rest of the pause in nanoseconds; not positive if there is none. */
  private long pause() {
    return resumeAt - System.nanoTime();
  }
}
