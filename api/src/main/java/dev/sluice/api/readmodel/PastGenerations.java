package dev.sluice.api.readmodel;

import dev.sluice.api.readmodel.Records.Span;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.Row;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Generations that were sent in the past, for commands that return to them. */
public final class PastGenerations {

  private static final Instant NEVER = Instant.ofEpochMilli(Long.MAX_VALUE / 2);

  private final Database database;

  PastGenerations(Database database) {
    this.database = database;
  }

  /**
   * Generation that was sent.
   *
   * @param commit empty for a removal
   * @param sentAt empty if the event that it was sent is not known any more
   */
  public record Sent(Generation generation, Optional<String> commit, Optional<Instant> sentAt) {

    private static Sent read(Row row) throws SQLException {
      return new Sent(
          new Generation(row.number("generation")),
          row.find("commit_id"),
          row.findTime("dispatched_at"));
    }
  }

  /** Returns the commit that a cluster held of an application at that time, or empty if none. */
  public Optional<String> heldAt(String application, String cluster, Instant at) {
    return database
        .read(
            sql ->
                sql.find(
                    // the results of the generation that the cluster holds may be deleted
                    """
                    SELECT commit_id FROM (
                      SELECT generation, commit_id FROM generation
                      WHERE application = ?1 AND cluster = ?2
                        AND (applied_at <= ?3 OR (outcome = 'removed' AND outcome_at <= ?3))
                      UNION ALL
                      SELECT applied_generation, applied_commit FROM status
                      WHERE application = ?1 AND cluster = ?2 AND applied_at <= ?3)
                    ORDER BY generation DESC LIMIT 1
                    """,
                    row -> row.find("commit_id"),
                    application,
                    cluster,
                    at))
        .flatMap(commit -> commit);
  }

  /** Returns the newest generation that was sent in a time span and for events in a range. */
  public Optional<Sent> newest(String application, String cluster, Occurrence occurrence) {
    Span span = occurrence.span();
    Where where =
        new Where()
            .and("application = ?", application)
            .and("cluster = ?", cluster)
            .and("ifnull(dispatched_at, first_at) >= ?", span.since().orElse(Instant.EPOCH))
            .and("ifnull(dispatched_at, first_at) < ?", span.until().orElse(NEVER));
    occurrence
        .positions()
        .ifPresent(
            range ->
                where.and(
                    """
                    EXISTS (SELECT 1 FROM json_each(generation.causes) JOIN event ON event.id = json_each.value
                      WHERE event.topic = 'changes' AND event.repository IS NOT NULL
                        AND event.partition = ? AND event.offset BETWEEN ? AND ?)\
                    """,
                    range.partition(),
                    range.from(),
                    range.to()));
    return find(where);
  }

  /** Returns a generation; empty if it is not known, or not known any more. */
  public Optional<Sent> find(String application, String cluster, Generation generation) {
    return find(
        new Where()
            .and("application = ?", application)
            .and("cluster = ?", cluster)
            .and("generation = ?", generation));
  }

  private Optional<Sent> find(Where where) {
    return database.read(
        sql ->
            sql.find(
                "SELECT generation, commit_id, dispatched_at FROM generation"
                    + where
                    + " ORDER BY generation DESC LIMIT 1",
                Sent::read,
                where.values()));
  }
}
