package dev.sluice.api.readmodel;

import dev.sluice.api.store.Row;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * Status of an application in a cluster.
 *
 * @param generation generation sent last; {@value Generation#NONE} if none was sent
 * @param since when this phase began
 * @param code failure code of a parked or retrying application; empty in other phases
 * @param applied what the cluster is known to hold
 * @param hold why the revision in Git is not sent
 */
public record ApplicationStatus(
    String application,
    String cluster,
    String phase,
    Instant since,
    long generation,
    Optional<String> commit,
    Optional<String> code,
    Optional<String> message,
    Optional<AppliedGeneration> applied,
    Optional<HoldView> hold) {

  /**
   * Generation that a cluster holds.
   *
   * @param renderer name and version; several are joined by ", "
   */
  public record AppliedGeneration(
      Generation generation, Optional<String> commit, Instant at, Optional<String> renderer) {}

  /**
   * An operator has stopped the sending.
   *
   * @param commit what is restored instead
   */
  public record HoldView(String by, String reason, Instant since, Optional<String> commit) {}

  static ApplicationStatus read(Row row) throws SQLException {
    Optional<AppliedGeneration> applied =
        row.findGeneration("applied_generation").isEmpty()
            ? Optional.empty()
            : Optional.of(
                new AppliedGeneration(
                    new Generation(row.number("applied_generation")),
                    row.find("applied_commit"),
                    row.time("applied_at"),
                    row.find("applied_renderer")));
    Optional<HoldView> hold =
        row.find("held_by").isEmpty()
            ? Optional.empty()
            : Optional.of(
                new HoldView(
                    row.text("held_by"),
                    row.text("held_reason"),
                    row.time("held_since"),
                    row.find("held_commit")));
    return new ApplicationStatus(
        row.text("application"),
        row.text("cluster"),
        row.text("phase"),
        row.time("since"),
        row.number("generation"),
        row.find("commit_id"),
        row.find("code"),
        row.find("message"),
        applied,
        hold);
  }

  String cursor() {
    return application + "/" + cluster;
  }
}
