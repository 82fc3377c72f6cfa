package dev.sluice.platform.process;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/**
 * System clock that can fail whenever a given class asks for the time, directly or through others,
 * so that a test can end the session of its loop with any exception or error.
 */
public final class FaultyClock extends Clock {

  private final Clock clock = Clock.systemUTC();
  private final String user;
  private final AtomicReference<Runnable> fault = new AtomicReference<>(FaultyClock::work);

  /**
   * Creates a clock that works.
   *
   * @param user simple name of the class whose calls can fail
   */
  public FaultyClock(String user) {
    this.user = user;
  }

  /**
   * Fails from now on.
   *
   * @param fault "exception", "error" or "stack overflow"
   */
  public void fail(String fault) {
    this.fault.set(
        () -> {
          switch (fault) {
            case "exception" -> throw new IllegalStateException("a test's fault");
            case "error" -> throw new AssertionError("a test's fault");
            case "stack overflow" -> throw new StackOverflowError("a test's fault");
            default -> throw new IllegalArgumentException(fault);
          }
        });
  }

  /** Works again. */
  public void recover() {
    fault.set(FaultyClock::work);
  }

  private static void work() {}

  @Override
  public Instant instant() {
    if (isCalledByUser()) {
      fault.get().run();
    }
    return clock.instant();
  }

  private boolean isCalledByUser() {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getClassName().endsWith("." + user)));
  }

  @Override
  public ZoneId getZone() {
    return clock.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("local time is not used");
  }
}
