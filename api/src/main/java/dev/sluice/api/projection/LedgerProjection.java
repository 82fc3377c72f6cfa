package dev.sluice.api.projection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.Heartbeat.Parked;
import dev.sluice.contract.event.Heartbeat.Settled;
import dev.sluice.contract.event.ObservedHealth;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Projection of what workers report of their ledgers. It settles what the results would have
 * settled if Kafka had not deleted them: a status that says of the newest generation only that it
 * was sent, and missing health and dead letters. It changes nothing that results have told.
 */
final class LedgerProjection {

  private static final String HERE = " WHERE application = ?1 AND cluster = ?2";

  /** Parked generations without a dead letter, if the beginning of that topic was deleted. */
  private static final String UNOPENED =
      """
      SELECT ledger.* FROM ledger JOIN status USING (application, cluster)
      WHERE failure IS NOT NULL AND status.generation = parked_generation AND status.phase = '%s'
        AND EXISTS (SELECT 1 FROM gap WHERE topic LIKE '%%.dead-letters')
        AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE entry = ledger.cluster || '/' || ledger.application || '/' || parked_generation)
        AND NOT EXISTS (SELECT 1 FROM closing WHERE entry = ledger.cluster || '/' || ledger.application || '/' || parked_generation)
      """
          .formatted(Phase.PARKED);

  /**
   * Stores a report. One of the generation of the report before has what it does not know from that
   * one: a worker that begins to lead observes health again, and has no time of ledgers that
   * earlier versions wrote.
   */
  private static final String STORE =
      """
      INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET generation = excluded.generation, commit_id = excluded.commit_id, removed = excluded.removed,
        at = ifnull(excluded.at, CASE WHEN (generation, removed) = (excluded.generation, excluded.removed) THEN at END),
        renderer = ifnull(excluded.renderer, CASE WHEN (generation, removed) = (excluded.generation, excluded.removed) THEN renderer END),
        health = ifnull(excluded.health, CASE WHEN (generation, removed) = (excluded.generation, excluded.removed) THEN health END),
        parked_generation = excluded.parked_generation, parked_commit = excluded.parked_commit,
        parked_at = excluded.parked_at, failure = excluded.failure
      """;

  private final Sql sql;
  private boolean caughtUp;

  LedgerProjection(Sql sql) {
    this.sql = sql;
  }

  /**
   * Inserts the dead letters whose opening the topic no longer has, and from now on those of later
   * reports. Before, an opening or closing may still be in the part that is not read yet.
   */
  void caughtUp() {
    caughtUp = true;
    sql.list(UNOPENED, row -> List.of(row.text("application"), row.text("cluster")))
        .forEach(one -> open(one.getFirst(), one.getLast()));
  }

  /** Projects a record, unless it is of an older generation than the one before. */
  void project(LedgerRecord record) {
    record.report().ifPresentOrElse(this::project, () -> removed(record.key()));
  }

  /** Forgets the reports about an application that was removed. */
  private void removed(String key) {
    String[] parts = key.split("/", 3);
    if (parts.length < 3) {
      return;
    }
    sql.update("DELETE FROM ledger" + HERE, parts[2], parts[1]);
    sql.update(
        "UPDATE status SET phase = ?3, since = NULL" + HERE + " AND phase = ?4",
        parts[2],
        parts[1],
        Phase.REMOVED,
        Phase.REMOVING);
  }

  private void project(LedgerReport report) {
    Optional<Settled> settled = report.settled();
    Optional<Parked> parked = report.parked();
    long known =
        sql.number(
            "SELECT generation AS n FROM ledger" + HERE + " AND generation IS NOT NULL",
            report.application(),
            report.cluster());
    if (report.newest() < known) {
      return;
    }
    sql.update(
        STORE,
        report.application(),
        report.cluster(),
        settled.map(Settled::generation),
        settled.flatMap(Settled::commit),
        settled.map(one -> one.removed() ? 1 : 0),
        settled.flatMap(Settled::finishedAt),
        settled.flatMap(Settled::renderer),
        settled.flatMap(Settled::health).map(Columns::json),
        parked.map(Parked::generation),
        parked.flatMap(Parked::commit),
        parked.map(Parked::at),
        parked.map(one -> Columns.json(one.failure())));
    settle(report.application(), report.cluster());
  }

  /** Completes a status by what is known of the ledger, if anything is. */
  void settle(Object application, Object cluster) {
    sql.update(
        """
        UPDATE status SET applied_generation = ledger.generation, applied_commit = ledger.commit_id, applied_at = ledger.at,
          applied_renderer = ledger.renderer
        FROM ledger
        WHERE status.application = ?1 AND status.cluster = ?2 AND ledger.application = ?1 AND ledger.cluster = ?2
          AND NOT removed AND ledger.generation <= status.generation
          AND ledger.generation > ifnull(applied_generation, 0)
        """,
        application,
        cluster);
    sql.update(
        """
        UPDATE status SET phase = CASE WHEN removed THEN ?3 ELSE ?4 END, since = ledger.at
        FROM ledger
        WHERE status.application = ?1 AND status.cluster = ?2 AND ledger.application = ?1 AND ledger.cluster = ?2
          AND ledger.generation = status.generation AND ifnull(parked_generation, 0) < status.generation
          AND phase IN (?5, ?6)
        """,
        application,
        cluster,
        Phase.REMOVED,
        Phase.SYNCED,
        Phase.SYNCING,
        Phase.REMOVING);
    sql.list(
            "SELECT * FROM ledger" + HERE + " AND failure IS NOT NULL",
            Refusal::read,
            application,
            cluster)
        .forEach(refusal -> park(application, cluster, refusal));
    sql.list(
            "SELECT * FROM ledger" + HERE + " AND health IS NOT NULL",
            row ->
                new Observed(
                    row.number("generation"),
                    Columns.value(row.text("health").getBytes(UTF_8), ObservedHealth.class)),
            application,
            cluster)
        .forEach(observed -> health(application, cluster, observed));
  }

  private record Refusal(long generation, Optional<String> commit, long at, Failure failure) {

    static Refusal read(Row row) throws SQLException {
      return new Refusal(
          row.number("parked_generation"),
          row.find("parked_commit"),
          row.number("parked_at"),
          Columns.value(row.text("failure").getBytes(UTF_8), Failure.class));
    }
  }

  private record Observed(long generation, ObservedHealth health) {}

  private void park(Object application, Object cluster, Refusal refusal) {
    Failure failure = refusal.failure();
    sql.update(
        """
        UPDATE status SET phase = ?4, since = ?5, code = ?6, message = ?7, plan = ?8
        WHERE application = ?1 AND cluster = ?2 AND generation = ?3 AND phase IN (?9, ?10)
        """,
        application,
        cluster,
        refusal.generation(),
        Phase.PARKED,
        refusal.at(),
        failure.code(),
        failure.message(),
        failure.plan().map(Columns::json),
        Phase.SYNCING,
        Phase.REMOVING);
    if (caughtUp) {
      open(application, cluster);
    }
  }

  /** Inserts the dead letter of a parked generation, if the topic no longer has its opening. */
  private void open(Object application, Object cluster) {
    sql.list(
            UNOPENED + " AND ledger.application = ?1 AND ledger.cluster = ?2",
            Refusal::read,
            application,
            cluster)
        .forEach(refusal -> open(application, cluster, refusal));
  }

  private void open(Object application, Object cluster, Refusal refusal) {
    Failure failure = refusal.failure();
    sql.update(
        """
        INSERT INTO dead_letter (entry, opened_sequence, cluster, application, generation, commit_id, code, message,
          stage, object, attempts, opened_at, last_at)
        SELECT ?2 || '/' || ?1 || '/' || ?3, min(0, (SELECT ifnull(min(opened_sequence), 0) FROM dead_letter)) - 1, ?2, ?1, ?3, ?4,
          ?5, ?6, ?7, ?8, 1, ?9, ?9
        """,
        application,
        cluster,
        refusal.generation(),
        refusal.commit(),
        failure.code(),
        failure.message(),
        failure.stage(),
        failure.object(),
        refusal.at());
  }

  private void health(Object application, Object cluster, Observed observed) {
    ObservedHealth health = observed.health();
    sql.update(
        """
        INSERT INTO health SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
        WHERE EXISTS (SELECT 1 FROM status WHERE application = ?1 AND cluster = ?2 AND applied_generation = ?3)
        ON CONFLICT DO UPDATE SET generation = ?3, health = ?4, since = ?5, objects = ?6, unhealthy = ?7, reason = ?8, body = ?9
        WHERE generation < ?3
        """,
        application,
        cluster,
        observed.generation(),
        health.health().word(),
        health.since(),
        health.objects(),
        health.unhealthy().size() + health.omitted().orElse(0),
        health.unhealthy().stream().findFirst().map(ObservationProjection::sentence),
        Columns.json(health));
  }
}
