package dev.sluice.worker.lane;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.sync.LogEntry;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a lane's newest record, if it is kept in memory until the next attempt. Otherwise
 * the attempt reads it again: if too many are kept, or if it is large. Not thread-safe.
 */
final class KeptPayload {

  private final Semaphore permits;
  private @Nullable SyncEvent payload;
  private boolean isNew;

  /**
   * Creates a place without a payload.
   *
   * @param permits one for each payload that may be kept
   */
  KeptPayload(Semaphore permits) {
    this.permits = permits;
  }

  /** Replaces the payload by that of a newer record, or by none. */
  void replace(LogEntry entry, Optional<SyncEvent> newer) {
    var unused = take();
    isNew = newer.isPresent();
    payload =
        newer
            .filter(_ -> entry.bytes() <= LargePayloads.SMALL && permits.tryAcquire())
            .orElse(null);
  }

  /** Takes the payload away, if there is one, and that it is new. */
  Received take() {
    Received taken = new Received(isNew, Optional.ofNullable(payload));
    if (payload != null) {
      permits.release();
      payload = null;
    }
    isNew = false;
    return taken;
  }
}
