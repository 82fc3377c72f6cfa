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
import dev.sluice.contract.event.ResultEvent.Held;
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
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.name.ClusterName;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Projection of results: the status of applications, the history of generations, and which
 * generation changed an object. A result of an older generation than the status has changes only
 * the history.
 */
final class ResultProjection {

  /** The code of an application that is being synced, and waits. */
  private static final Optional<String> WAITING = Optional.of(EventType.WAITING.slug());

  private final Sql sql;
  private final GenerationProjection generations;
  private final ObservationProjection observations;
  private final Map<ClusterName, Instant> lastResults = new HashMap<>();

  ResultProjection(Sql sql) {
    this.sql = sql;
    this.generations = new GenerationProjection(sql);
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
      // the partition's state has it too, and says when it ends
      case Held _ -> {}
      case WorkerHello hello -> workerHello(hello, received.at());
    }
  }

  private void about(OfTarget result, ReceivedEvent received) {
    Instant at = received.at();
    generations.project(result, at);
    switch (result) {
      case Dispatched dispatched ->
          status(
              dispatched,
              dispatched.inputDigest().isPresent() ? Phase.SYNCING : Phase.REMOVING,
              Optional.empty(),
              at);
      case Waiting waiting ->
          status(
              waiting, Phase.SYNCING, WAITING, Optional.of(waiting.shown()), Optional.empty(), at);
      case Applied applied -> {
        changed(applied.subject(), applied.changes(), at);
        status(applied, Phase.SYNCED, Optional.empty(), at);
        holds(applied.subject(), applied.renderer(), applied.generated(), at);
      }
      case Unchanged unchanged -> {
        status(unchanged, Phase.SYNCED, Optional.empty(), at);
        holds(unchanged.subject(), unchanged.renderer(), unchanged.generated(), at);
      }
      case Retrying retrying ->
          status(retrying, Phase.RETRYING, Optional.of(retrying.failure()), at);
      case Parked parked -> status(parked, Phase.PARKED, Optional.of(parked.failure()), at);
      case Removed removed -> {
        changed(removed.subject(), removed.changes(), at);
        status(removed, Phase.REMOVED, Optional.empty(), at);
        observations.removed(removed.subject());
      }
      case ObservedEvent observed -> observations.project(observed, received);
      case Planned _, Superseded _, Fenced _ -> {}
    }
  }

  private void status(OfTarget event, Phase phase, Optional<Failure> failure, Instant at) {
    status(
        event,
        phase,
        failure.map(it -> it.code().value()),
        failure.map(Failure::message),
        failure.flatMap(Failure::plan).map(Columns::json),
        at);
  }

  private void status(
      OfTarget event,
      Phase phase,
      Optional<String> code,
      Optional<String> message,
      Optional<String> plan,
      Instant at) {
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
        code,
        message,
        plan);
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
    if (!(event instanceof Dispatched)) {
      lastResults.merge(event.cluster(), at, (one, other) -> one.isAfter(other) ? one : other);
    }
  }

  /** Stores what is stored once for many results. To be called at the end of each transaction. */
  void flush() {
    lastResults.forEach(
        (cluster, at) ->
            sql.update(
                """
                INSERT INTO cluster (cluster, last_result_at) VALUES (?1, ?2)
                ON CONFLICT DO UPDATE SET last_result_at = max(ifnull(last_result_at, 0), ?2)
                """,
                cluster,
                at));
    lastResults.clear();
  }

  /** Forgets what was not stored, because the transaction was rolled back. */
  void forget() {
    lastResults.clear();
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
              if (ledger.isIn(LedgerSummary.Phase.REMOVED)) {
                sql.update(
                    """
                    UPDATE status SET phase = ?4, since = ?5
                    WHERE application = ?1 AND cluster = ?2 AND generation = ?3 AND phase = ?6
                    """,
                    application,
                    hello.cluster(),
                    ledger.generation(),
                    Phase.REMOVED,
                    at,
                    Phase.REMOVING);
              }
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
      case Held held -> Optional.of(held.application().value());
      case DiffAnswered answered -> Optional.of(answered.application().value());
      case ObjectsAnswered answered -> Optional.of(answered.application().value());
      case WorkerHello _ -> Optional.empty();
    };
  }
}
