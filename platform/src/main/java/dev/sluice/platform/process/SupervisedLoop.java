package dev.sluice.platform.process;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that runs sessions until it is closed. A session that fails is logged ({@link
 * FailureLog}), and the next one starts after a pause, which doubles up to half a minute. So no
 * exception ends the work, and {@link #unreadyReason} reports that it does not make progress.
 *
 * <p>External failures (Kafka, disks, {@link OutsideCause}) are retried without limit. A session
 * that keeps failing for another reason has hit a bug and will not recover: after a limit the
 * process ends, so that it can be restarted with fresh state.
 */
public final class SupervisedLoop implements AutoCloseable {

  /** One run of the loop's work, from acquiring its resources to releasing them. */
  @FunctionalInterface
  public interface Session {

    /** Works until {@link #isOpen} returns false; calls {@link #turned} in each iteration. */
    void run(SupervisedLoop loop) throws Exception;
  }

  private static final Logger log = LoggerFactory.getLogger(SupervisedLoop.class);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
  private static final Duration CLOSE = Duration.ofSeconds(10);

  /** A session that has run for this long has recovered from the previous failure. */
  private static final Duration SETTLED = Duration.ofSeconds(3);

  /** The time for which a session may keep failing because of a bug. */
  static final Duration LIMIT = Duration.ofMinutes(10);

  private final String name;
  private final Clock clock;
  private final Session session;
  private final FailureLog failures;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicReference<Runnable> interruption = new AtomicReference<>(() -> {});
  private boolean nudged;
  private volatile boolean closing;
  private volatile Instant sessionBegan;
  private volatile Instant lastTurn;
  private volatile Optional<Trouble> trouble = Optional.empty();
  private volatile Optional<String> hindrance = Optional.empty();

  /**
   * The current failure.
   *
   * @param attempts the number of sessions that failed in a row
   */
  private record Trouble(String reason, Instant since, int attempts, boolean outside) {}

  /**
   * Creates a loop that is not started yet.
   *
   * @param name the name of the thread, and of the work in messages
   */
  public SupervisedLoop(String name, Clock clock, Session session) {
    this.name = name;
    this.clock = clock;
    this.session = session;
    this.failures = new FailureLog(log, name);
    this.sessionBegan = clock.instant();
    this.lastTurn = sessionBegan;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** Returns whether the session should continue. */
  public boolean isOpen() {
    return !closing;
  }

  /** Records that the session has completed an iteration. */
  public void turned() {
    Instant now = clock.instant();
    lastTurn = now;
    if (trouble.isPresent() && Duration.between(sessionBegan, now).compareTo(SETTLED) >= 0) {
      trouble = Optional.empty();
      failures.succeeded("the loop " + name);
    }
  }

  /**
   * Records that the session has completed an iteration, and what it waits for, such as a broker
   * that does not answer; empty if it can work.
   */
  public void turned(Optional<String> waitsFor) {
    hindrance = waitsFor;
    turned();
  }

  /** Returns the time of the last iteration, for liveness. */
  public Instant lastTurn() {
    return lastTurn;
  }

  /** Returns why the loop makes no progress; empty if it does. */
  public Optional<String> unreadyReason() {
    return trouble
        .map(
            now ->
                "%s has been failing since %s (%d attempts): %s"
                    .formatted(name, now.since(), now.attempts(), now.reason()))
        .or(() -> hindrance);
  }

  /** Sets the action that unblocks a session when the loop is closed. */
  public void onClose(Runnable wakeup) {
    interruption.set(wakeup);
    if (closing) {
      wakeup.run();
    }
  }

  /** Waits until the time has passed, {@link #nudge} is called, or the loop is closed. */
  public void pause(Duration duration) throws InterruptedException {
    lock.lock();
    try {
      long left = duration.toNanos();
      while (!nudged && !closing && left > 0) {
        left = changed.awaitNanos(left);
      }
      nudged = false;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the current pause, or the next one if there is none. */
  public void nudge() {
    signal(() -> nudged = true);
  }

  @Override
  public void close() {
    signal(() -> closing = true);
    interruption.get().run();
    try {
      if (!thread.join(CLOSE)) {
        thread.interrupt();
        thread.join(CLOSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void signal(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (!closing) {
      sessionBegan = clock.instant();
      lastTurn = sessionBegan;
      hindrance = Optional.empty();
      try {
        session.run(this);
      } catch (Exception | Error e) {
        FatalErrors.check(e);
        failed(e);
      } finally {
        interruption.set(() -> {});
      }
      rest();
    }
  }

  private void failed(Throwable failure) {
    if (closing) {
      return;
    }
    if (failure instanceof InterruptedException) {
      Thread.interrupted(); // only close interrupts on purpose
    }
    Instant now = clock.instant();
    Optional<Trouble> before = trouble;
    Trouble after =
        new Trouble(
            OutsideFailures.describe(failure),
            before.map(Trouble::since).orElse(now),
            before.map(Trouble::attempts).orElse(0) + 1,
            OutsideFailures.isOutside(failure));
    trouble = Optional.of(after);
    failures.failed("the loop " + name, failure);
    if (!after.outside() && Duration.between(after.since(), now).compareTo(LIMIT) >= 0) {
      throw new LoopEndedError(
          "%s has been failing since %s: %s".formatted(name, after.since(), after.reason()),
          failure);
    }
  }

  private void rest() {
    try {
      if (!closing) {
        pause(BACKOFF.after(trouble.map(Trouble::attempts).orElse(1)));
      }
    } catch (InterruptedException e) {
      // only close interrupts, and it has set its flag
    }
  }

  /** A bug keeps a loop from working; without the loop the process is useless. */
  private static final class LoopEndedError extends Error {

    private static final long serialVersionUID = 1L;

    LoopEndedError(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Marks an exception with an external cause: a file system, another version's records, a server.
   * Waiting may resolve it, so a loop that fails with one is retried without limit.
   */
  public interface OutsideCause {

    /** Returns the message, for logs: one line without contents of objects. */
    default String described() {
      String message = ((Throwable) this).getMessage();
      return message == null ? getClass().getSimpleName() : message.replaceAll("\\p{Cntrl}+", " ");
    }
  }
}
