package dev.sluice.contract.event;

import java.time.Instant;

/**
 * An event with what travels in the record's headers (CloudEvents 1.0 binary mode, W3C trace
 * context).
 *
 * @param source the part that wrote it, such as {@code receiver/github}
 * @param time when it happened, by the writer's clock
 */
public record Envelope<E extends Event>(
    EventId id, String source, Instant time, TraceParent trace, E event) {}
