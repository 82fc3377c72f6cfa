package dev.sluice.platform.process;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles items one by one so that a failure costs the item and not the loop: it is logged and
 * counted, and what {@link FatalErrors} calls fatal ends the process.
 */
public final class Containment {

  private static final Logger log = LoggerFactory.getLogger(Containment.class);

  private final Consumer<String> counter;

  /**
   * @param counter hears of each failure in which loop it was
   */
  public Containment(Consumer<String> counter) {
    this.counter = counter;
  }

  /**
   * Handles one item.
   *
   * @param loop names the loop, in logs and metrics
   * @param item names the item, for people
   * @return whether it went without a failure
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

  /** Notes a failure that the caller has contained. */
  public void failed(String loop, Object item, Throwable failure) {
    FatalErrors.check(failure);
    counter.accept(loop);
    log.atError()
        .addKeyValue("loop", loop)
        .addKeyValue("item", item)
        .setCause(failure)
        .log("one item failed in a way that no code expects; going on with the next");
  }
}
