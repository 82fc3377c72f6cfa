package dev.sluice.platform.process;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Actions at the end of the process, such as the removal of temporary files. They run once, the
 * last first, when the JVM shuts down; a part that ends the JVM itself runs them before.
 */
public final class ExitActions {

  private static final Deque<Runnable> ACTIONS = new ConcurrentLinkedDeque<>();

  private static boolean hooked;

  private ExitActions() {}

  /**
   * Adds an action.
   *
   * @throws IllegalStateException if it is the first, and the process is ending
   */
  public static synchronized void add(Runnable action) {
    if (!hooked) {
      Runtime.getRuntime().addShutdownHook(new Thread(ExitActions::run, "exit-actions"));
      hooked = true;
    }
    ACTIONS.push(action);
  }

  /** Removes an action, if it has not run. */
  public static void remove(Runnable action) {
    ACTIONS.remove(action);
  }

  /** Runs the actions that have not run; returns when all have. */
  public static synchronized void run() {
    for (Runnable action = ACTIONS.poll(); action != null; action = ACTIONS.poll()) {
      action.run();
    }
  }
}
