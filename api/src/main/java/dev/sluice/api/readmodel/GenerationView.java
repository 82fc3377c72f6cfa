package dev.sluice.api.readmodel;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Generation of an application in a cluster.
 *
 * @param outcome the latest reported outcome
 * @param reason the path whose content changed, or another reason for sending
 * @param causes ids of the change events that led to it
 * @param renderer name and version; several are joined by ", "
 */
public record GenerationView(
    String application,
    String cluster,
    Generation generation,
    Optional<String> commit,
    String outcome,
    Instant outcomeAt,
    Optional<String> message,
    Optional<String> reason,
    Optional<String> actor,
    List<String> causes,
    long attempts,
    Optional<String> renderer,
    Steps steps) {

  /** Times at which each completed step finished. */
  public record Steps(
      Optional<Instant> changed,
      Optional<Instant> dispatched,
      Optional<Instant> received,
      Optional<Instant> rendered,
      Optional<Instant> planned,
      Optional<Instant> applied) {}

  static GenerationView read(Row row) throws SQLException {
    return new GenerationView(
        row.text("application"),
        row.text("cluster"),
        new Generation(row.number("generation")),
        row.find("commit_id"),
        row.text("outcome"),
        row.time("outcome_at"),
        row.find("message"),
        row.find("reason"),
        row.find("actor"),
        Columns.texts(row.text("causes")),
        row.number("attempts"),
        row.find("renderer"),
        new Steps(
            row.findTime("changed_at"),
            row.findTime("dispatched_at"),
            row.findTime("received_at"),
            row.findTime("rendered_at"),
            row.findTime("planned_at"),
            row.findTime("applied_at")));
  }
}
