package dev.sluice.dispatcher.recorded;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.platform.process.LargePayloads;

/** Answer to the request for a target that was sent before. */
public sealed interface RecordedAnswer {

  /**
   * The target as it was sent.
   *
   * @param room for it in memory
   */
  record Found(SyncEvent.Target target, LargePayloads.Room room) implements RecordedAnswer {}

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

  /** Gives back the room that the answer has in memory, since it is not needed any more. */
  default void handled() {
    if (this instanceof Found(SyncEvent.Target _, LargePayloads.Room room)) {
      room.close();
    }
  }
}
