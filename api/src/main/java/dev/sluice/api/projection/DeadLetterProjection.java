package dev.sluice.api.projection;

import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterEvent.Closed;
import dev.sluice.contract.event.DeadLetterEvent.Opened;
import dev.sluice.contract.event.DeadLetterEvent.Retried;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Subject;
import java.util.Optional;

/**
 * Projection of dead letters. An entry that is opened again while it is open keeps its first
 * opening time, unless that is only known from a ledger. One that is retried after it was closed is
 * open again.
 */
final class DeadLetterProjection {

  private final Sql sql;

  DeadLetterProjection(Sql sql) {
    this.sql = sql;
  }

  void project(DeadLetterEvent event, ReceivedEvent received) {
    switch (event) {
      case Opened opened -> open(opened, received);
      case Retried retried -> {
        forgetClosing(retried.entry());
        sql.update(
            """
            UPDATE dead_letter SET attempts = max(attempts, ?2), last_at = ?3, code = ?4, message = ?5, stage = ?6, object = ?7,
              closed_at = NULL, closed_reason = NULL, closed_generation = NULL, closed_by = NULL, closed_why = NULL
            WHERE entry = ?1
            """,
            retried.entry(),
            retried.attempts(),
            received.at(),
            retried.failure().code(),
            retried.failure().message(),
            retried.failure().stage(),
            retried.failure().object());
      }
      case Closed closed -> {
        // so that the ledger's report does not open an entry whose opening was deleted
        sql.update(
            """
            INSERT OR IGNORE INTO closing SELECT ?1
            WHERE NOT EXISTS (SELECT 1 FROM dead_letter WHERE entry = ?1)
            """,
            closed.entry());
        sql.update(
            """
            UPDATE dead_letter SET closed_at = ?, closed_reason = ?, closed_generation = ?, closed_by = ?, closed_why = ?
            WHERE entry = ? AND closed_at IS NULL
            """,
            received.at(),
            closed.reason(),
            closed.generation(),
            closed.by(),
            closed.why(),
            closed.entry());
      }
    }
  }

  private void forgetClosing(DeadLetterId entry) {
    sql.update("DELETE FROM closing WHERE entry = ?", entry);
  }

  private void open(Opened opened, ReceivedEvent received) {
    forgetClosing(opened.entry());
    Optional<Subject> subject = opened.subject();
    Optional<Place> place = Place.of(opened.key());
    sql.update(
        """
        INSERT INTO dead_letter VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, NULL, NULL, NULL, NULL, NULL, ?13, ?14, ?15)
        ON CONFLICT (entry) DO UPDATE SET generation = ?5, commit_id = ?6, code = ?7, message = ?8, stage = ?9, object = ?10,
          attempts = ?11, last_at = ?12, opened_at = CASE WHEN closed_at IS NULL AND opened_sequence > 0 THEN opened_at ELSE ?12 END,
          opened_sequence = CASE WHEN opened_sequence > 0 THEN opened_sequence ELSE ?2 END,
          closed_at = NULL, closed_reason = NULL, closed_generation = NULL, closed_by = NULL, closed_why = NULL, topic = ?13, partition = ?14, offset = ?15
        """,
        opened.entry(),
        received.sequence(),
        subject.map(Subject::cluster).map(Object::toString).or(() -> place.map(Place::cluster)),
        subject
            .map(Subject::application)
            .map(Object::toString)
            .or(() -> place.map(Place::application)),
        subject.map(Subject::generation),
        subject.flatMap(Subject::commit),
        opened.failure().code(),
        opened.failure().message(),
        opened.failure().stage(),
        opened.failure().object(),
        opened.attempts(),
        received.at(),
        opened.original().topic(),
        opened.original().partition(),
        opened.original().offset());
  }

  /**
   * Application and cluster in a key {@code cluster/application}. The key of an unreadable record
   * is a position and contains neither.
   */
  record Place(String cluster, String application) {

    static Optional<Place> of(String key) {
      String[] parts = key.split("/", -1);
      return parts.length == 2 ? Optional.of(new Place(parts[0], parts[1])) : Optional.empty();
    }
  }
}
