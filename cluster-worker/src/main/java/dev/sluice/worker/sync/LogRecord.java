package dev.sluice.worker.sync;

import dev.sluice.contract.name.ApplicationName;
import java.time.Instant;

/** A record about an application, without its payload. */
public sealed interface LogRecord permits LogEntry, RefusedSources {

  ApplicationName application();

  /** Returns the decision that the record belongs to. */
  LogEntry.Batch batch();

  /** Returns the offset of the payload. */
  long offset();

  /** Returns when the record was written, by the dispatcher's clock. */
  Instant writtenAt();
}
