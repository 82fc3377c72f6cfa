package dev.sluice.contract.event;

import java.time.Instant;
import java.util.Optional;

/**
 * The life of a dead letter: a visible open entry, not the end of trying. Topic {@code
 * dead-letters}, keyed by cluster and application (or by the position of a record that could not be
 * read).
 */
public sealed interface DeadLetterEvent extends Event {

  /** Names the entry: the same in every event about it. */
  String entry();

  /**
   * An entry was opened.
   *
   * @param subject what is parked; empty if the record could not even be read
   * @param attempts how often it had been tried by then
   * @param original where the record is that did not go
   * @param firstAt when it was first tried; the last time is the event's own. Absent in events of
   *     earlier versions
   */
  record Opened(
      String entry,
      String key,
      Optional<Subject> subject,
      Failure failure,
      int attempts,
      OriginalRecord original,
      Optional<Instant> firstAt)
      implements DeadLetterEvent {}

  /** The entry was tried again without success. */
  record Retried(String entry, String key, int attempts, Failure failure)
      implements DeadLetterEvent {}

  /**
   * The entry is closed.
   *
   * @param generation the generation whose success, or whose different failure, closed it
   */
  record Closed(String entry, String key, Reason reason, long generation)
      implements DeadLetterEvent {

    public enum Reason {
      SUCCEEDED,
      /** A later generation failed in its turn and has an entry of its own. */
      SUPERSEDED,
      REMOVED,
      /** An operator has closed it. */
      DISCARDED
    }
  }
}
