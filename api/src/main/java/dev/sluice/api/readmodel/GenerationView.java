package dev.sluice.api.readmodel;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Generation of an application in a cluster.
 *
 * @param versions for each source that follows a range of versions, the range and the tag that was
 *     chosen, such as {@code semver >=1.4 <2 at v1.5.0}
 * @param outcome how it ended, or its last step if it has not ended or is attempted again
 * @param supersededBy the newer generation after which it was not attempted any more
 * @param reason the path whose content changed, or another reason for sending
 * @param repeated the earlier generation whose recorded inputs were sent again
 * @param causes ids of the change events that led to it
 * @param attempts the number of failed attempts
 * @param failure why the last failed attempt failed, also if a later one succeeded
 * @param renderer name and version; several are joined by ", "
 * @param health the newest observation of its objects; absent if there is none
 * @param observations changes of health, drift and heals, in order; only the last ones if there are
 *     many
 */
public record GenerationView(
    String application,
    String cluster,
    Generation generation,
    Optional<String> commit,
    List<String> versions,
    String outcome,
    Instant outcomeAt,
    Optional<String> message,
    Optional<Generation> supersededBy,
    Optional<Instant> supersededAt,
    Optional<String> reason,
    Optional<Generation> repeated,
    Optional<String> actor,
    List<String> causes,
    long attempts,
    Optional<GenerationFailure> failure,
    Optional<String> renderer,
    Steps steps,
    Optional<ObservedState> health,
    List<Observation> observations) {

  private static final int MAX_OBSERVATIONS = 50;

  public GenerationView {
    versions = List.copyOf(versions);
    causes = List.copyOf(causes);
    observations = List.copyOf(observations);
  }

  /**
   * Failure of the last failed attempt.
   *
   * @param entry the dead letter that it opened; empty if the generation was never parked
   * @param closed empty while the dead letter is open
   */
  public record GenerationFailure(
      String code, String message, Optional<DeadLetterId> entry, Optional<Closing> closed) {}

  /**
   * Closing of a dead letter.
   *
   * @param reason SUCCEEDED, SUPERSEDED, REMOVED or DISCARDED
   * @param generation the generation whose end closed it; empty if an operator did
   * @param by the operator
   * @param why the operator's reason
   */
  public record Closing(
      Instant at,
      String reason,
      Optional<Generation> generation,
      Optional<String> by,
      Optional<String> why) {}

  /**
   * Health of a generation's objects, as observed last while the cluster held it.
   *
   * @param value Healthy, Progressing, Degraded, Suspended, Missing or Unknown
   * @param reason the worst object's; absent if all are healthy
   */
  public record ObservedState(String value, Instant since, Optional<String> reason) {}

  /**
   * Observation of a generation after it was applied.
   *
   * @param type progressing, healthy, degraded, drifted, drift-ended, healed or contended
   * @param object such as {@code Deployment shop/web}; absent if it is about all objects
   * @param by the field managers that wrote; absent if unknown
   * @param after the time from applying to a change of health, or from drift to heal
   */
  public record Observation(
      Instant at,
      String type,
      Optional<String> object,
      Optional<String> by,
      String detail,
      Optional<Duration> after) {

    static Observation read(Row row) throws SQLException {
      String namespace = row.text("namespace");
      return new Observation(
          row.time("at"),
          row.text("type"),
          row.find("kind").isEmpty()
              ? Optional.empty()
              : Optional.of(
                  "%s %s%s"
                      .formatted(
                          row.text("kind"),
                          namespace.isEmpty() ? "" : namespace + "/",
                          row.text("name"))),
          row.find("writers"),
          row.text("detail"),
          row.findNumber("after").map(Duration::ofMillis));
    }
  }

  /**
   * Times at which each completed step finished.
   *
   * @param healthy when all objects were healthy for the first time
   */
  public record Steps(
      Optional<Instant> changed,
      Optional<Instant> dispatched,
      Optional<Instant> received,
      Optional<Instant> rendered,
      Optional<Instant> planned,
      Optional<Instant> applied,
      Optional<Instant> healthy) {}

  static Row.Reader<GenerationView> reader(Sql sql) {
    return row -> read(row, sql);
  }

  private static GenerationView read(Row row, Sql sql) throws SQLException {
    List<Observation> observations =
        sql.list(
            """
            SELECT * FROM observation WHERE application = ? AND cluster = ? AND generation = ?
            ORDER BY sequence DESC, ordinal DESC LIMIT ?
            """,
            Observation::read,
            row.text("application"),
            row.text("cluster"),
            row.number("generation"),
            MAX_OBSERVATIONS);
    Optional<DeadLetter> letter =
        sql.find(
            "SELECT * FROM dead_letter WHERE entry = ?",
            DeadLetter::read,
            DeadLetterId.of(
                new ClusterName(row.text("cluster")),
                new ApplicationName(row.text("application")),
                new Generation(row.number("generation"))));
    return new GenerationView(
        row.text("application"),
        row.text("cluster"),
        new Generation(row.number("generation")),
        row.find("commit_id"),
        versions(row, sql),
        row.text("outcome"),
        row.time("outcome_at"),
        row.find("message"),
        row.findGeneration("superseded_by"),
        row.findTime("superseded_at"),
        row.find("reason"),
        row.findGeneration("repeated"),
        row.find("actor"),
        Columns.texts(row.text("causes")),
        Math.max(row.number("attempts"), letter.map(DeadLetter::attempts).orElse(0L)),
        failure(row, letter),
        row.find("renderer"),
        new Steps(
            row.findTime("changed_at"),
            row.findTime("dispatched_at"),
            row.findTime("received_at"),
            row.findTime("rendered_at"),
            row.findTime("planned_at"),
            row.findTime("applied_at"),
            row.findTime("healthy_at")),
        row.find("health").isEmpty()
            ? Optional.empty()
            : Optional.of(
                new ObservedState(
                    row.text("health"), row.time("health_since"), row.find("health_reason"))),
        observations.reversed());
  }

  private static List<String> versions(Row row, Sql sql) throws SQLException {
    Optional<String> positions = row.find("positions").filter(json -> json.contains("\"tag\""));
    return positions.isEmpty()
        ? List.of()
        : sql.list(
            """
            SELECT (value ->> 'ref') || ' at ' || (value ->> 'tag') AS version FROM json_each(?)
            WHERE value ->> 'tag' IS NOT NULL ORDER BY key
            """,
            position -> position.text("version"),
            positions.get());
  }

  private static Optional<GenerationFailure> failure(Row row, Optional<DeadLetter> letter)
      throws SQLException {
    Optional<GenerationFailure> refusal =
        letter.map(
            one ->
                new GenerationFailure(
                    one.code(),
                    one.message(),
                    Optional.of(one.entry()),
                    one.closedAt()
                        .map(
                            at ->
                                new Closing(
                                    at,
                                    one.closedReason().orElse(""),
                                    one.closedGeneration(),
                                    one.closedBy(),
                                    one.closedWhy()))));
    Optional<String> code = row.find("code");
    return refusal.isPresent() || code.isEmpty()
        ? refusal
        : Optional.of(
            new GenerationFailure(
                code.get(), row.text("failure"), Optional.empty(), Optional.empty()));
  }
}
