package dev.sluice.contract.codec;

import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import java.time.Instant;

/**
 * An event with the metadata that the record's headers carry (CloudEvents 1.0 binary mode, W3C
 * trace context).
 *
 * @param source the component that wrote it, such as {@code receiver/github}
 * @param time the time of the event by the writer's clock
 */
public record Envelope<E extends Event>(
    EventId id, String source, Instant time, TraceParent trace, E event) {}
