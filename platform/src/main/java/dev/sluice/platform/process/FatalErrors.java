package dev.sluice.platform.process;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy for failures that no code expects, the same in every part:
 *
 * <ul>
 *   <li>A {@link VirtualMachineError} other than {@link StackOverflowError}, in whatever thread,
 *       ends the process at once: what else the JVM does can not be trusted any more, and threads
 *       that are needed may be dead already.
 *   <li>Any other {@link Error}, and any exception, that one item raised (a record, an application,
 *       a request) costs that item. The loop that handles it calls {@link #check} first.
 *   <li>An {@link Error} that reaches the top of a thread ends the process: the loop that ran there
 *       is gone, and a process without it would look alive.
 * </ul>
 *
 * <p>Nothing is cleaned up before the process ends. It is as after a power cut, which every part
 * has to survive anyway.
 */
public final class FatalErrors {

  /** The exit status: EX_SOFTWARE of sysexits.h. */
  public static final int STATUS = 70;

  private static final Logger log = LoggerFactory.getLogger(FatalErrors.class);
  private static final int MAX_CAUSES = 20;

  private static final AtomicReference<Consumer<Throwable>> ENDING =
      new AtomicReference<>(FatalErrors::halt);

  private FatalErrors() {}

  /** Has every thread of this process follow the policy when it ends by an exception. */
  public static void install() {
    Thread.setDefaultUncaughtExceptionHandler(FatalErrors::escaped);
  }

  /** Whether the JVM cannot be trusted any more; the causes count as well. */
  public static boolean isFatal(Throwable failure) {
    Throwable each = failure;
    for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
      if (each instanceof VirtualMachineError && !(each instanceof StackOverflowError)) {
        return true;
      }
      each = each.getCause();
    }
    return false;
  }

  /** Ends the process if the failure is fatal; otherwise the caller contains it. */
  public static void check(Throwable failure) {
    if (isFatal(failure)) {
      end("the process ends: the JVM cannot be trusted after this", failure);
    }
  }

  /** Decides about what reached the top of a thread: an error ends the process. */
  public static void escaped(Thread thread, Throwable failure) {
    if (failure instanceof Error || isFatal(failure)) {
      end("the process ends: thread " + thread.getName() + " ended by an error", failure);
    } else {
      log.atError().setCause(failure).log("thread {} ended by an exception", thread.getName());
    }
  }

  /** Decides about what a handler of an event loop raised: it cost one request or event. */
  public static void ofHandler(Throwable failure) {
    check(failure);
    log.atError().setCause(failure).log("a handler failed");
  }

  /**
   * Has something else happen than the end of the process, for tests.
   *
   * @return brings the end of the process back
   */
  public static Replaced endingBy(Consumer<Throwable> instead) {
    ENDING.set(instead);
    return () -> ENDING.set(FatalErrors::halt);
  }

  /** Another end than that of the process, until it is closed. */
  public interface Replaced extends AutoCloseable {
    @Override
    void close();
  }

  private static void halt(Throwable failure) {
    Runtime.getRuntime().halt(STATUS);
  }

  private static void end(String message, Throwable failure) {
    try {
      log.atError().setCause(failure).log(message);
    } finally {
      // without memory the log line may fail; the process ends all the same
      ENDING.get().accept(failure);
    }
  }
}
