package dev.sluice.contract.event;

import java.time.Instant;
import java.util.Optional;

/**
 * The lifecycle of a dead letter: an open entry that people can see while attempts continue. Topic
 * {@code dead-letters}, keyed by cluster and application (or by the position of a record that could
 * not be decoded).
 */
public sealed interface DeadLetterEvent extends Event {

  /** Returns the id of the entry, the same in every event about it. */
  String entry();

  /**
   * An entry was opened.
   *
   * @param subject the parked generation; empty if the record could not be decoded
   * @param attempts the number of attempts so far
   * @param original the record that failed
   * @param firstAt time of the first attempt; the event's own time is that of the last. Absent in
   *     events of earlier versions
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

  /** A further attempt failed. */
  record Retried(String entry, String key, int attempts, Failure failure)
      implements DeadLetterEvent {}

  /**
   * The entry was closed.
   *
   * @param generation the generation whose success, or whose different failure, closed it
   */
  record Closed(String entry, String key, Reason reason, long generation)
      implements DeadLetterEvent {

    public enum Reason {
      SUCCEEDED,
      /** A later generation failed too and has an entry of its own. */
      SUPERSEDED,
      REMOVED,
      /** An operator has closed it. */
      DISCARDED
    }
  }
}
