package dev.sluice.worker.sync;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.SourcesEvent;
import dev.sluice.contract.name.ApplicationName;
import java.time.Instant;

/** A record that reports that the sources of an application are refused. */
public record RefusedSources(
    ApplicationName application, LogEntry.Batch batch, long offset, Instant writtenAt)
    implements LogRecord {

  static RefusedSources of(Envelope<?> envelope, SourcesEvent.Refused event, long offset) {
    return new RefusedSources(
        event.application(), LogEntry.Batch.of(event.provenance()), offset, envelope.time());
  }
}
