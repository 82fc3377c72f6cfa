package dev.sluice.worker.sync;

import dev.sluice.contract.name.ApplicationName;
import java.time.Instant;

/** What is remembered of a record about an application: all but its payload. */
public sealed interface LogRecord permits LogEntry, RefusedSources {

  ApplicationName application();

  /** The decision that the record came from. */
  LogEntry.Batch batch();

  /** Where the payload is. */
  long offset();

  /** When the record was written, by the dispatcher's clock. */
  Instant writtenAt();
}
