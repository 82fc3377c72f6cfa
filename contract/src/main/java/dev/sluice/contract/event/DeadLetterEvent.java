package dev.sluice.contract.event;

import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.Optional;

/**
 * The lifecycle of a dead letter: an open entry that people can see while attempts continue. Topic
 * {@code dead-letters}, keyed by cluster and application (or by the position of a record that could
 * not be decoded).
 */
public sealed interface DeadLetterEvent extends Event {

  /** Returns the id of the entry, the same in every event about it. */
  DeadLetterId entry();

  /**
   * An entry was opened.
   *
   * @param key the record's key: {@code cluster/application}, or the position of a record that
   *     could not be decoded
   * @param subject the parked generation; empty if the record could not be decoded
   * @param attempts the number of attempts so far
   * @param original the record that failed
   * @param firstAt time of the first attempt; the event's own time is that of the last. Absent in
   *     events of earlier versions
   */
  record Opened(
      DeadLetterId entry,
      String key,
      Optional<Subject> subject,
      Failure failure,
      int attempts,
      OriginalRecord original,
      Optional<Instant> firstAt)
      implements DeadLetterEvent {

    /**
     * Returns the event that opens an entry for a record that could not be read or handled.
     *
     * @param key of the entry's events
     * @param message which record, why, and what to do
     */
    public static Opened damaged(OriginalRecord original, String key, String message, Instant now) {
      return new Opened(
          DeadLetterId.of(original),
          key,
          Optional.empty(),
          new Failure(ApplyFailure.DAMAGED, message, Failure.Stage.DECODE, Optional.empty()),
          1,
          original,
          Optional.of(now));
    }
  }

  /**
   * A further attempt failed.
   *
   * @param key the record's key: {@code cluster/application}, or the position of a record that
   *     could not be decoded
   * @param attempts the number of attempts so far
   */
  record Retried(DeadLetterId entry, String key, int attempts, Failure failure)
      implements DeadLetterEvent {}

  /**
   * The entry was closed.
   *
   * @param key the record's key: {@code cluster/application}, or the position of a record that
   *     could not be decoded
   * @param reason the reason for which it was closed
   * @param generation the generation whose success, or whose different failure, closed it; 0 if
   *     none was sent yet
   * @param by the operator who discarded it; absent if none did, and in events of earlier versions
   * @param why the operator's reason
   * @param command the id of the operator's command; absent if there was none, and in events of
   *     earlier versions
   * @param caller who sent the operator's request, if no command followed from it
   */
  record Closed(
      DeadLetterId entry,
      String key,
      Reason reason,
      long generation,
      Optional<String> by,
      Optional<String> why,
      Optional<EventId> command,
      Optional<CommandEvent.Caller> caller)
      implements DeadLetterEvent {

    /** Creates the event of an entry that closed by itself. */
    public Closed(DeadLetterId entry, String key, Reason reason, long generation) {
      this(
          entry,
          key,
          reason,
          generation,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    public Closed(DeadLetterId entry, String key, Reason reason, Optional<Generation> generation) {
      this(entry, key, reason, Generation.numberOf(generation));
    }

    /** Returns the event of an entry that an operator closed, by a command if there was one. */
    public static Closed discarded(
        DeadLetterId entry,
        String key,
        Optional<Generation> generation,
        String by,
        String why,
        Optional<EventId> command) {
      return new Closed(
          entry,
          key,
          Reason.DISCARDED,
          Generation.numberOf(generation),
          Optional.of(by),
          Optional.of(why),
          command,
          Optional.empty());
    }

    /** Returns this event with the sender of the request that closed the entry. */
    public Closed requestedBy(CommandEvent.Caller sender) {
      return new Closed(entry, key, reason, generation, by, why, command, Optional.of(sender));
    }

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
