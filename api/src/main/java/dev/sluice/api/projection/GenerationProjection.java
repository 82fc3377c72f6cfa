package dev.sluice.api.projection;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent.Applied;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.contract.event.ResultEvent.Fenced;
import dev.sluice.contract.event.ResultEvent.OfTarget;
import dev.sluice.contract.event.ResultEvent.Parked;
import dev.sluice.contract.event.ResultEvent.Planned;
import dev.sluice.contract.event.ResultEvent.Removed;
import dev.sluice.contract.event.ResultEvent.Retrying;
import dev.sluice.contract.event.ResultEvent.Superseded;
import dev.sluice.contract.event.ResultEvent.Unchanged;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.Waiting;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Projection of the history of generations.
 *
 * <p>A generation that was parked, applied or removed has ended, and this is its outcome from then
 * on: a newer generation is stored beside it, and a further attempt changes it only if that one
 * ends differently. Until a generation has ended, its outcome is its last step.
 */
final class GenerationProjection {

  private static final String WHERE = " WHERE application = ? AND cluster = ? AND generation = ?";

  private final Sql sql;

  GenerationProjection(Sql sql) {
    this.sql = sql;
  }

  void project(OfTarget event, Instant at) {
    switch (event) {
      case Dispatched dispatched -> dispatched(dispatched, at);
      case Planned planned -> {
        step(planned, Optional.empty(), at);
        Subject subject = planned.subject();
        sql.update(
            "UPDATE generation SET planned_at = ifnull(planned_at, ?), renderer = ?" + WHERE,
            at,
            planned.renderer(),
            subject.application(),
            subject.cluster(),
            subject.generation());
      }
      case Waiting waiting -> step(waiting, Optional.of(waiting.shown()), at);
      case Applied applied -> applied(applied, at);
      case Unchanged unchanged -> {
        ended(unchanged, generated(unchanged.generated()), at);
        set("applied_at = ifnull(applied_at, ?)", unchanged, at);
        rendered(unchanged, unchanged.renderer());
      }
      case Superseded superseded -> {
        endedUnless(superseded, "by generation " + superseded.by(), at);
        set("superseded_at = ifnull(superseded_at, ?)", superseded, at);
        set("superseded_by = ifnull(superseded_by, ?)", superseded, superseded.by());
      }
      case Fenced fenced ->
          endedUnless(fenced, "the ledger is at generation " + fenced.ledgerGeneration(), at);
      case Retrying retrying -> {
        step(retrying, Optional.of(retrying.failure().message()), at);
        set("attempts = max(attempts, ?)", retrying, retrying.attempt());
        failed(retrying, retrying.failure());
      }
      case Parked parked -> {
        ended(parked, Optional.of(parked.failure().message()), at);
        set("attempts = max(attempts, ?)", parked, 1);
        failed(parked, parked.failure());
      }
      case Removed removed -> ended(removed, Optional.empty(), at);
      case ObservedEvent _ -> {}
    }
  }

  /**
   * Stores why a generation was sent. A number that is sent again, by a dispatcher that has lost
   * its state, keeps the first reason. Recorded inputs have the positions of the generation that
   * they are from.
   */
  private void dispatched(Dispatched event, Instant at) {
    sql.update(
        """
        INSERT INTO generation (application, cluster, generation, commit_id, outcome, outcome_at, first_at, reason, actor, causes,
          changed_at, dispatched_at, repeated, positions)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
          ifnull(?13, (SELECT positions FROM generation WHERE application = ?1 AND cluster = ?2 AND generation = ?12)))
        ON CONFLICT DO UPDATE SET reason = ?7, actor = ?8, causes = ?9, changed_at = ?10, dispatched_at = ?11, repeated = ?12,
          positions = excluded.positions
        WHERE dispatched_at IS NULL
        """,
        values(
            event,
            event.subject().commit(),
            EventType.DISPATCHED.slug(),
            at,
            event.reason(),
            event.provenance().actor(),
            Columns.json(event.provenance().causes()),
            event.provenance().changedAt(),
            event.provenance().dispatchedAt(),
            event.repeated(),
            event.positions().map(Columns::json)));
  }

  private void applied(Applied event, Instant at) {
    ended(event, generated(event.generated()), at);
    Subject subject = event.subject();
    sql.update(
        "UPDATE generation SET received_at = ?, rendered_at = ?, planned_at = ?, applied_at = ?,"
            + " renderer = ifnull(?, renderer)"
            + WHERE,
        event.timings().receivedAt(),
        event.timings().renderedAt(),
        event.timings().plannedAt(),
        event.timings().appliedAt(),
        event.renderer(),
        subject.application(),
        subject.cluster(),
        subject.generation());
  }

  private static Optional<String> generated(Optional<List<String>> fields) {
    return fields.map(all -> "values that differ at each rendering: " + String.join(", ", all));
  }

  /** Stores the last step of a generation that has not ended, or is attempted again. */
  private void step(OfTarget event, Optional<String> message, Instant at) {
    sql.update(
        """
        INSERT INTO generation (application, cluster, generation, commit_id, outcome, outcome_at, message, first_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)
        ON CONFLICT DO UPDATE SET outcome = ?5, outcome_at = ?6, message = ?7
        """,
        values(event, event.subject().commit(), EventType.of(event).slug(), at, message));
  }

  /** Stores the end of a generation. One that was applied is not unchanged afterwards. */
  private void ended(OfTarget event, Optional<String> message, Instant at) {
    if (event instanceof Unchanged) {
      restoreEnd(event, "ended = 'applied'");
    }
    sql.update(
        """
        INSERT INTO generation (application, cluster, generation, commit_id, outcome, outcome_at, message, first_at,
          ended, ended_at, ended_message)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?5, ?6, ?7)
        ON CONFLICT DO UPDATE SET outcome = ?5, outcome_at = ?6, message = ?7, ended = ?5, ended_at = ?6, ended_message = ?7
        WHERE ?5 <> 'unchanged' OR ended IS NULL OR ended <> 'applied'
        """,
        values(event, event.subject().commit(), EventType.of(event).slug(), at, message));
  }

  /** Stores that a generation is not attempted any more; one that has ended keeps its outcome. */
  private void endedUnless(OfTarget event, String message, Instant at) {
    restoreEnd(event, "ended IS NOT NULL");
    sql.update(
        """
        INSERT INTO generation (application, cluster, generation, commit_id, outcome, outcome_at, message, first_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)
        ON CONFLICT DO UPDATE SET outcome = ?5, outcome_at = ?6, message = ?7 WHERE ended IS NULL
        """,
        values(event, event.subject().commit(), EventType.of(event).slug(), at, message));
  }

  /** Makes the end of a generation its outcome again, in place of a later step. */
  private void restoreEnd(OfTarget event, String condition) {
    sql.update(
        "UPDATE generation SET outcome = ended, outcome_at = ended_at, message = ended_message"
            + WHERE
            + " AND "
            + condition,
        values(event));
  }

  /** Stores the cause of the last failed attempt. */
  private void failed(OfTarget event, Failure failure) {
    Subject subject = event.subject();
    sql.update(
        "UPDATE generation SET code = ?, failure = ?" + WHERE,
        failure.code(),
        failure.message(),
        subject.application(),
        subject.cluster(),
        subject.generation());
  }

  /** Stores the renderer. Events of earlier versions name none; the stored value then stays. */
  private void rendered(OfTarget event, Optional<String> renderer) {
    if (renderer.isPresent()) {
      set("renderer = ?", event, renderer);
    }
  }

  private void set(String assignment, OfTarget event, Object value) {
    Subject subject = event.subject();
    sql.update(
        "UPDATE generation SET " + assignment + WHERE,
        value,
        subject.application(),
        subject.cluster(),
        subject.generation());
  }

  private static Object[] values(OfTarget event, Object... more) {
    Subject subject = event.subject();
    Object[] values = new Object[3 + more.length];
    values[0] = subject.application();
    values[1] = subject.cluster();
    values[2] = subject.generation();
    System.arraycopy(more, 0, values, 3, more.length);
    return values;
  }
}
