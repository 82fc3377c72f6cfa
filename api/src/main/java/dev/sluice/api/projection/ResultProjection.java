package dev.sluice.api.projection;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ResultEvent.Applied;
import dev.sluice.contract.event.ResultEvent.Dispatched;
import dev.sluice.contract.event.ResultEvent.Fenced;
import dev.sluice.contract.event.ResultEvent.LedgerSummary;
import dev.sluice.contract.event.ResultEvent.OfTarget;
import dev.sluice.contract.event.ResultEvent.Parked;
import dev.sluice.contract.event.ResultEvent.Planned;
import dev.sluice.contract.event.ResultEvent.Removed;
import dev.sluice.contract.event.ResultEvent.Retrying;
import dev.sluice.contract.event.ResultEvent.Superseded;
import dev.sluice.contract.event.ResultEvent.Swept;
import dev.sluice.contract.event.ResultEvent.Unchanged;
import dev.sluice.contract.event.ResultEvent.WorkerHello;
import dev.sluice.contract.event.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Projection of results: the status of applications, the history of generations, and which
 * generation changed an object. A result of an older generation than the status has changes only
 * the history.
 */
final class ResultProjection {

  private final Sql sql;
  private final ObservationProjection observations;

  ResultProjection(Sql sql) {
    this.sql = sql;
    this.observations = new ObservationProjection(sql);
  }

  void project(ResultEvent event, ReceivedEvent received) {
    switch (event) {
      case OfTarget result -> {
        about(result, received);
        recordLastResult(event, received.at());
      }
      case Swept swept -> recordLastResult(swept, received.at());
      case DiffAnswered answered -> recordLastResult(answered, received.at());
      case ObjectsAnswered answered -> recordLastResult(answered, received.at());
      case WorkerHello hello -> workerHello(hello, received.at());
    }
  }

  private void about(OfTarget result, ReceivedEvent received) {
    Instant at = received.at();
    switch (result) {
      case Dispatched dispatched -> dispatched(dispatched, at);
      case Planned planned -> {
        history(planned, Optional.empty(), at);
        sql.update(
            "UPDATE generation SET planned_at = ifnull(planned_at, ?)" + WHERE,
            values(planned, at));
        rendered(planned, Optional.of(planned.renderer()));
      }
      case Applied applied -> applied(applied, at);
      case Unchanged unchanged -> {
        history(unchanged, generated(unchanged.generated()), at);
        sql.update(
            "UPDATE generation SET applied_at = ifnull(applied_at, ?)" + WHERE,
            values(unchanged, at));
        rendered(unchanged, unchanged.renderer());
        status(unchanged, Phase.SYNCED, Optional.empty(), at);
        holds(unchanged.subject(), unchanged.renderer(), unchanged.generated(), at);
      }
      case Superseded superseded ->
          history(superseded, Optional.of("by generation " + superseded.by()), at);
      case Retrying retrying -> {
        history(retrying, Optional.of(retrying.failure().message()), at);
        sql.update(
            "UPDATE generation SET attempts = max(attempts, ?)" + WHERE,
            values(retrying, retrying.attempt()));
        status(retrying, Phase.RETRYING, Optional.of(retrying.failure()), at);
      }
      case Parked parked -> {
        history(parked, Optional.of(parked.failure().message()), at);
        status(parked, Phase.PARKED, Optional.of(parked.failure()), at);
      }
      case Removed removed -> {
        history(removed, Optional.empty(), at);
        changed(removed.subject(), removed.changes(), at);
        status(removed, Phase.REMOVED, Optional.empty(), at);
        observations.removed(removed.subject());
      }
      case ObservedEvent observed -> observations.project(observed, received);
      case Fenced fenced ->
          history(
              fenced, Optional.of("the ledger is at generation " + fenced.ledgerGeneration()), at);
    }
  }

  private static final String WHERE = " WHERE application = ? AND cluster = ? AND generation = ?";

  private static Object[] values(OfTarget result, Object value) {
    Subject subject = result.subject();
    return new Object[] {value, subject.application(), subject.cluster(), subject.generation()};
  }

  private void dispatched(Dispatched event, Instant at) {
    history(event, Optional.empty(), at);
    Subject subject = event.subject();
    sql.update(
        "UPDATE generation SET reason = ?, actor = ?, causes = ?, changed_at = ?, dispatched_at = ?, positions = ?"
            + WHERE,
        event.reason(),
        event.provenance().actor(),
        Columns.json(event.provenance().causes()),
        event.provenance().changedAt(),
        event.provenance().dispatchedAt(),
        event.positions().map(Columns::json),
        subject.application(),
        subject.cluster(),
        subject.generation());
    status(
        event,
        event.inputDigest().isPresent() ? Phase.SYNCING : Phase.REMOVING,
        Optional.empty(),
        at);
  }

  private void applied(Applied event, Instant at) {
    history(event, generated(event.generated()), at);
    Subject subject = event.subject();
    sql.update(
        "UPDATE generation SET received_at = ?, rendered_at = ?, planned_at = ?, applied_at = ?"
            + WHERE,
        event.timings().receivedAt(),
        event.timings().renderedAt(),
        event.timings().plannedAt(),
        event.timings().appliedAt(),
        subject.application(),
        subject.cluster(),
        subject.generation());
    rendered(event, event.renderer());
    changed(subject, event.changes(), at);
    status(event, Phase.SYNCED, Optional.empty(), at);
    holds(subject, event.renderer(), event.generated(), at);
  }

  private static Optional<String> generated(Optional<List<String>> fields) {
    return fields.map(all -> "values that differ at each rendering: " + String.join(", ", all));
  }

  /** Stores the latest outcome of a generation: the type of the event. */
  private void history(OfTarget event, Optional<String> message, Instant at) {
    Subject subject = event.subject();
    sql.update(
        """
        INSERT INTO generation (application, cluster, generation, commit_id, outcome, outcome_at, message, first_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)
        ON CONFLICT DO UPDATE SET outcome = ?5, outcome_at = ?6, message = ?7
        """,
        subject.application(),
        subject.cluster(),
        subject.generation(),
        subject.commit(),
        EventType.of(event).slug(),
        at,
        message);
  }

  private void status(OfTarget event, Phase phase, Optional<Failure> failure, Instant at) {
    Subject subject = event.subject();
    sql.update(
        """
        INSERT INTO status (application, cluster, generation, commit_id, phase, since, code, message, plan)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT DO UPDATE SET generation = ?3, commit_id = ?4, phase = ?5,
          since = CASE WHEN phase = ?5 AND generation = ?3 THEN since ELSE ?6 END, code = ?7, message = ?8, plan = ?9
        WHERE generation <= ?3
        """,
        subject.application(),
        subject.cluster(),
        subject.generation(),
        subject.commit(),
        phase,
        at,
        failure.map(Failure::code),
        failure.map(Failure::message),
        failure.flatMap(Failure::plan).map(Columns::json));
  }

  /** Records that the cluster holds this generation, even if a newer one is in progress. */
  private void holds(
      Subject subject, Optional<String> renderer, Optional<List<String>> generated, Instant at) {
    sql.update(
        """
        UPDATE status SET applied_generation = ?3, applied_commit = ?4, applied_at = ?5, applied_renderer = ?6,
          applied_generated = ?7
        WHERE application = ?1 AND cluster = ?2 AND ifnull(applied_generation, 0) <= ?3
        """,
        subject.application(),
        subject.cluster(),
        subject.generation(),
        subject.commit(),
        at,
        renderer,
        generated.map(Columns::json));
    observations.applied(subject);
  }

  /** Stores the renderer. Events of earlier versions name none; the stored value then stays. */
  private void rendered(OfTarget event, Optional<String> renderer) {
    if (renderer.isPresent()) {
      sql.update("UPDATE generation SET renderer = ?" + WHERE, values(event, renderer));
    }
  }

  private void changed(Subject subject, List<ObjectChange> changes, Instant at) {
    for (ObjectChange change : changes) {
      sql.update(
          "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          subject.cluster(),
          change.object().name(),
          change.object().kind(),
          change.object().namespace(),
          subject.application(),
          subject.generation(),
          change.object().apiVersion(),
          change.action(),
          at);
    }
  }

  private void recordLastResult(ResultEvent event, Instant at) {
    if (event instanceof Dispatched) {
      return;
    }
    sql.update(
        """
        INSERT INTO cluster (cluster, last_result_at) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET last_result_at = max(ifnull(last_result_at, 0), ?2)
        """,
        event.cluster(),
        at);
  }

  /**
   * Updates the cluster from a worker's hello. A finished ledger marks its application as synced
   * even if the result itself is no longer in the topic.
   */
  private void workerHello(WorkerHello hello, Instant at) {
    sql.update(
        """
        INSERT INTO cluster (cluster, worker, hello_at, isolation) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET worker = ?2, hello_at = ?3, isolation = ?4
        """,
        hello.cluster(),
        hello.worker(),
        at,
        hello.renderIsolation());
    hello
        .ledgers()
        .forEach(
            (application, ledger) -> {
              if (ledger.isIn(LedgerSummary.Phase.DONE)) {
                sql.update(
                    """
                    UPDATE status SET phase = ?4, since = ?5, applied_generation = ?3, applied_commit = commit_id, applied_at = ?5,
                      applied_renderer = (SELECT renderer FROM generation g
                        WHERE g.application = ?1 AND g.cluster = ?2 AND g.generation = ?3)
                    WHERE application = ?1 AND cluster = ?2 AND generation = ?3 AND phase = ?6
                    """,
                    application,
                    hello.cluster(),
                    ledger.generation(),
                    Phase.SYNCED,
                    at,
                    Phase.SYNCING);
              }
            });
  }

  /** Returns the application that a result is about, if any. */
  static Optional<String> application(ResultEvent event) {
    return switch (event) {
      case OfTarget result -> Optional.of(result.subject().application().value());
      case Swept swept -> Optional.of(swept.application().value());
      case DiffAnswered answered -> Optional.of(answered.application().value());
      case ObjectsAnswered answered -> Optional.of(answered.application().value());
      case WorkerHello _ -> Optional.empty();
    };
  }
}
