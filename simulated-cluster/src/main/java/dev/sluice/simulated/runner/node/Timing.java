package dev.sluice.simulated.runner.node;

import java.time.Duration;

/**
 * Times that a node needs.
 *
 * @param start time until a container runs, and until it ends if it does
 * @param slow time until a slow container is ready
 * @param stop time until the containers of a deleted pod have ended
 * @param backOff time before the second restart and the second pull; it doubles with each, up to 32
 *     times
 */
public record Timing(Duration start, Duration slow, Duration stop, Duration backOff) {}
