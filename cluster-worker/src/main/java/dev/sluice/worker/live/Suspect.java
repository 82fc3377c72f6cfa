package dev.sluice.worker.live;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.plan.LiveState;
import java.time.Instant;
import java.util.Optional;

/**
 * An object that differs from what the done generation left.
 *
 * @param state that was seen last; empty if it does not exist
 * @param since when a difference was seen first
 * @param content a hash of its content
 */
public record Suspect(ObjectRef ref, Optional<LiveState> state, Instant since, int content) {}
