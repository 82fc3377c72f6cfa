package dev.sluice.api.readmodel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.api.projection.Drift;
import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.GenerationView.Observation;
import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Queries about health and drift. */
public final class Observations {

  private final Database database;

  Observations(Database database) {
    this.database = database;
  }

  /**
   * Health of an application's objects in a cluster.
   *
   * @param generation that the objects belong to
   */
  public record ClusterHealth(String cluster, Generation generation, ObservedHealth observed) {}

  /**
   * Objects of an application in a cluster that differ from the generation that it holds.
   *
   * @param commit of that generation; absent if it is unknown
   */
  public record ClusterDrift(
      String application,
      String cluster,
      Generation generation,
      Optional<String> commit,
      Drift drift) {

    private static ClusterDrift read(Row row) throws SQLException {
      return new ClusterDrift(
          row.text("application"),
          row.text("cluster"),
          new Generation(row.number("generation")),
          row.find("applied_commit"),
          Columns.value(row.text("body").getBytes(UTF_8), Drift.class));
    }

    String cursor() {
      return application + "/" + cluster;
    }
  }

  /** Number of applications in a cluster with this health. */
  public record Count(String cluster, String value, long applications) {}

  /** Returns a page of drifts, ordered by application and cluster. */
  public Page<ClusterDrift> drifts(
      Scope selection, Scope allowed, int limit, Optional<String> after) {
    Where where = new Where().in(selection).in(allowed);
    after.ifPresent(
        cursor -> {
          String[] parts = cursor.split("/", 2);
          where.and("(application, cluster) > (?, ?)", parts[0], parts.length > 1 ? parts[1] : "");
        });
    return Page.of(
        database.read(sql -> drifts(sql, where, limit + 1)), limit, ClusterDrift::cursor);
  }

  static List<ClusterDrift> drifts(Sql sql, Where where) {
    return drifts(sql, where, Integer.MAX_VALUE);
  }

  private static List<ClusterDrift> drifts(Sql sql, Where where, int limit) {
    return sql.list(
        "SELECT * FROM (SELECT drift.*, applied_commit FROM drift LEFT JOIN status USING"
            + " (application, cluster))"
            + where
            + " ORDER BY application, cluster LIMIT ?",
        ClusterDrift::read,
        where.values(limit));
  }

  static List<ClusterHealth> health(Sql sql, Where where) {
    return sql.list(
        "SELECT * FROM health" + where + " ORDER BY cluster",
        row ->
            new ClusterHealth(
                row.text("cluster"),
                new Generation(row.number("generation")),
                Columns.value(row.text("body").getBytes(UTF_8), ObservedHealth.class)),
        where.values());
  }

  /** Returns the last observation of this type of an object. */
  static Optional<Observation> last(Sql sql, Trace.TracedObject object, String type) {
    return sql.find(
        """
        SELECT * FROM observation WHERE cluster = ? AND name = ? AND kind = ? AND namespace = ? AND type = ?
        ORDER BY sequence DESC LIMIT 1
        """,
        Observation::read,
        object.cluster(),
        object.name(),
        object.kind(),
        object.namespace(),
        type);
  }

  /** Returns the number of applications of each cluster by health. */
  public List<Count> byHealth() {
    return database.read(
        sql ->
            sql.list(
                "SELECT cluster, health, count(*) AS n FROM shown_status WHERE phase <> ? GROUP BY"
                    + " 1, 2",
                row -> new Count(row.text("cluster"), row.text("health"), row.number("n")),
                Phase.REMOVED));
  }

  /** Returns the number of applications with drift, by cluster. */
  public Map<String, Long> drifted() {
    return numbers("objects");
  }

  /** Returns the number of applications with contended objects, by cluster. */
  public Map<String, Long> contended() {
    return numbers("contended");
  }

  private Map<String, Long> numbers(String column) {
    return database.read(
        sql ->
            sql
                .list(
                    "SELECT cluster, count(*) AS n FROM drift WHERE %s > 0 GROUP BY 1"
                        .formatted(column),
                    row -> Map.entry(row.text("cluster"), row.number("n")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }
}
