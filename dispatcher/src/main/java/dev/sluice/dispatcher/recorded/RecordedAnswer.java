package dev.sluice.dispatcher.recorded;

import dev.sluice.contract.event.SyncEvent;

/** Answer to the request for a target that was sent before. */
public sealed interface RecordedAnswer {

  /** The target as it was sent. */
  record Found(SyncEvent.Target target) implements RecordedAnswer {}

  /**
   * The target is recorded nowhere.
   *
   * @param reason what is missing, and what can be done instead
   */
  record Missing(String reason) implements RecordedAnswer {}

  /**
   * The target cannot be read now.
   *
   * @param reason what cannot be read, and why
   */
  record Unreadable(String reason) implements RecordedAnswer {}
}
