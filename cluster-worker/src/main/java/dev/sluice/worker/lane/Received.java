package dev.sluice.worker.lane;

import dev.sluice.contract.event.SyncEvent;
import java.util.Optional;

/**
 * A record as an attempt finds it.
 *
 * @param isNew whether the log has sent it since the last attempt
 * @param payload the record itself, if it is in memory
 */
public record Received(boolean isNew, Optional<SyncEvent> payload) {

  /** A record that was attempted before. */
  public static final Received AGAIN = new Received(false, Optional.empty());
}
