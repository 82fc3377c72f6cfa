package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.Withheld;
import java.time.Instant;
import java.util.Optional;

/**
 * Reason for which inputs are not sent yet.
 *
 * @param waitsFor what they wait for, in words
 * @param until when the next maintenance window opens; empty for other causes
 */
record Obstacle(Withheld.Cause cause, String waitsFor, Optional<Instant> until) {}
