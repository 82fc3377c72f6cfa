package dev.sluice.worker.leadership;

import dev.sluice.worker.api.ApiException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Release of the Lease by a worker that gives up leadership. A release that fails is tried again a
 * few times; after that, other workers wait until the Lease expires.
 *
 * @param timeout of each request
 */
record LeaseRelease(AppliedLease lease, Duration timeout) {

  private static final Logger log = LoggerFactory.getLogger(LeaseRelease.class);
  private static final int TRIES = 3;

  /**
   * Releases the Lease. An interrupt ends the attempts, and stays set.
   *
   * @param found the Lease as this worker holds it; empty if it does not
   */
  void release(Optional<ObservedLease> found) {
    Optional<ObservedLease> held = found;
    try {
      for (int tries = 1; held.isPresent(); tries++) {
        try {
          lease.release(held.get(), timeout);
          log.atInfo().log("gave up leadership: {}", lease);
          return;
        } catch (ApiException e) {
          if (tries == TRIES) {
            log.atWarn()
                .setCause(e)
                .log("could not release {}: others wait until it expires", lease);
            return;
          }
          held = stillHeld(held.get());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Returns the Lease if this worker still holds it: the release may have arrived, or another
   * worker may have written.
   */
  private Optional<ObservedLease> stillHeld(ObservedLease held) throws InterruptedException {
    try {
      return lease.read(timeout).filter(now -> now.holder().equals(held.holder()));
    } catch (ApiException e) {
      return Optional.of(held);
    }
  }
}
