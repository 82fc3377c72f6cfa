package dev.sluice.platform.process;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the items of a loop so that an unexpected failure affects only its item: the failure is
 * logged and counted, and the loop continues. A fatal failure (see {@link FatalErrors}) ends the
 * process.
 */
public final class Containment {

  private static final Logger log = LoggerFactory.getLogger(Containment.class);

  private final Consumer<String> counter;

  /**
   * Creates a containment.
   *
   * @param counter receives the loop's name for each failure
   */
  public Containment(Consumer<String> counter) {
    this.counter = counter;
  }

  /**
   * Handles one item.
   *
   * @param loop the loop's name, for logs and metrics
   * @param item a description of the item, for logs
   * @return whether handling succeeded
   */
  public boolean handle(String loop, Object item, Runnable handling) {
    try {
      handling.run();
      return true;
    } catch (RuntimeException | Error e) {
      failed(loop, item, e);
      return false;
    }
  }

  /** Logs and counts a failure that the caller has contained. */
  public void failed(String loop, Object item, Throwable failure) {
    FatalErrors.check(failure);
    counter.accept(loop);
    log.atError()
        .addKeyValue("loop", loop)
        .addKeyValue("item", item)
        .setCause(failure)
        .log("one item failed unexpectedly; continuing with the next");
  }
}
