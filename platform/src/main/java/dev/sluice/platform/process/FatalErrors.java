package dev.sluice.platform.process;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy for unexpected failures, the same in every component:
 *
 * <ul>
 *   <li>A {@link VirtualMachineError} other than {@link StackOverflowError}, in any thread, ends
 *       the process immediately: the JVM can no longer be trusted, and threads that are needed may
 *       be dead already.
 *   <li>Any other {@link Error}, and any exception, that one item caused (a record, an application,
 *       a request) affects only that item. The loop that handles the item calls {@link #check}
 *       first.
 *   <li>An {@link Error} that reaches the top of a thread ends the process: its loop no longer
 *       runs, and without it the process would look alive but would not work.
 * </ul>
 *
 * <p>Nothing is cleaned up before the process ends. Every component has to survive a power failure,
 * which is no different.
 */
public final class FatalErrors {

  /** The exit status: EX_SOFTWARE of sysexits.h. */
  public static final int STATUS = 70;

  private static final int MAX_CAUSES = 20;

  private static final AtomicReference<Consumer<Throwable>> ENDING =
      new AtomicReference<>(FatalErrors::halt);

  /** Initialized with the first failure: to set up logging takes a client a tenth of its time. */
  private static final class Log {
    private static final Logger log = LoggerFactory.getLogger(FatalErrors.class);
  }

  private FatalErrors() {}

  /** Applies the policy to every thread of this process that ends by an exception. */
  public static void install() {
    Thread.setDefaultUncaughtExceptionHandler(FatalErrors::escaped);
  }

  /** Returns whether the JVM can no longer be trusted after this failure or one of its causes. */
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

  /**
   * Ends the process if the failure is fatal; otherwise returns, and the caller contains the
   * failure.
   */
  public static void check(Throwable failure) {
    if (isFatal(failure)) {
      end("the process ends: the JVM cannot be trusted after this", failure);
    }
  }

  /**
   * Handles a failure that reached the top of a thread: an error ends the process, an exception is
   * logged.
   */
  public static void escaped(Thread thread, Throwable failure) {
    if (failure instanceof Error || isFatal(failure)) {
      end("the process ends: thread " + thread.getName() + " ended by an error", failure);
    } else {
      Log.log.atError().setCause(failure).log("thread {} ended by an exception", thread.getName());
    }
  }

  /** Handles a failure of an event loop's handler, which affects one request or event only. */
  public static void handlerFailed(Throwable failure) {
    check(failure);
    Log.log.atError().setCause(failure).log("a handler failed");
  }

  /**
   * Replaces the end of the process by another action, for tests.
   *
   * @return undoes the replacement when closed
   */
  public static Replacement endingBy(Consumer<Throwable> instead) {
    ENDING.set(instead);
    return () -> ENDING.set(FatalErrors::halt);
  }

  /** A replacement for the end of the process, in effect until closed. */
  public interface Replacement extends AutoCloseable {
    @Override
    void close();
  }

  private static void halt(Throwable failure) {
    Runtime.getRuntime().halt(STATUS);
  }

  private static void end(String message, Throwable failure) {
    try {
      Log.log.atError().setCause(failure).log(message);
    } finally {
      // without memory the log line may fail; the process must end nevertheless
      ENDING.get().accept(failure);
    }
  }
}
