package dev.sluice.api.readmodel;

import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.KnownSince.History;
import dev.sluice.api.readmodel.Overview.ClusterView;
import dev.sluice.api.readmodel.Overview.RefView;
import dev.sluice.api.readmodel.Overview.RepositoryView;
import dev.sluice.api.readmodel.Overview.UnreadableRef;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Queries about the fleet as a whole. */
public final class Fleet {

  private static final String BY =
      "SELECT %s AS name, count(*) AS n FROM shown_status%s GROUP BY 1";

  private final Database database;
  private final PartReports reports;
  private final RecentMaps maps = new RecentMaps();

  Fleet(Database database, PartReports reports) {
    this.database = database;
    this.reports = reports;
  }

  Overview overview(
      Scope allowed,
      long behind,
      List<String> obstacles,
      List<String> warnings,
      List<PartView> parts) {
    Where where = new Where().and("phase <> ?", Phase.REMOVED).in(allowed);
    Where held = new Where().and("held_by IS NOT NULL").in(allowed);
    return database.read(
        sql ->
            new Overview(
                counts(sql, BY.formatted("phase", where), where),
                sql.number("SELECT count(*) AS n FROM status" + held, held.values()),
                counts(sql, BY.formatted("sync", where), where),
                counts(sql, BY.formatted("ifnull(health, 'Unknown')", where), where),
                openByCode(sql, allowed),
                clusters(sql, allowed),
                behind,
                obstacles,
                warnings,
                parts,
                unreadable(sql, allowed),
                KnownSince.of(sql, History.values())));
  }

  /**
   * Returns the selected applications that the caller may see. The map of all of a large fleet may
   * be a few seconds old.
   */
  public FleetMap map(Scope selection, Scope allowed) {
    return selection.isAll()
        ? maps.get(allowed, () -> FleetMap.of(database, selection, allowed))
        : FleetMap.of(database, selection, allowed);
  }

  private static List<UnreadableRef> unreadable(Sql sql, Scope allowed) {
    Where where = new Where().and("unreadable_since IS NOT NULL").ref("ref", allowed);
    return sql.list(
        "SELECT * FROM ref" + where + " ORDER BY repository, ref LIMIT 100",
        row ->
            new UnreadableRef(
                row.text("repository"),
                row.text("ref"),
                row.text("unreadable_code"),
                row.time("unreadable_since"),
                row.text("unreadable_reason")),
        where.values());
  }

  public List<ClusterView> clusters(Scope allowed) {
    return database.read(sql -> clusters(sql, allowed));
  }

  /** Returns the repositories that applications have sources in. */
  public Page<RepositoryView> repositories(Scope allowed, int limit, Optional<String> after) {
    Where where = new Where().application("application", allowed).when("repository > ?", after);
    return database.read(
        sql ->
            Page.of(
                sql.list(
                    "SELECT repository, count(DISTINCT application) AS n FROM source"
                        + where
                        + " GROUP BY repository ORDER BY repository LIMIT ?",
                    row -> repository(sql, row.text("repository"), row.number("n"), allowed),
                    where.values(limit + 1)),
                limit,
                RepositoryView::repository));
  }

  /** Returns the refs that applications follow and that cannot be read. */
  public List<UnreadableRef> unreadable() {
    return database.read(sql -> unreadable(sql, Scope.ALL));
  }

  /** Returns the number of open dead letters of the whole fleet, by code. */
  public Map<String, Long> openDeadLetters() {
    return database.read(sql -> openByCode(sql, Scope.ALL));
  }

  private static RepositoryView repository(
      Sql sql, String repository, long applications, Scope allowed) {
    Where refs = new Where().and("repository = ?", repository).ref("ref", allowed);
    Where changes =
        new Where()
            .and("repository = ?", repository)
            .and("type IN ('ref-changed', 'merge-recorded')")
            .change(allowed);
    return new RepositoryView(
        repository,
        applications,
        sql.list(
            "SELECT * FROM ref" + refs + " ORDER BY ref",
            row ->
                new RefView(
                    row.text("ref"),
                    row.find("head"),
                    row.find("expected"),
                    row.findTime("pending_since"),
                    row.findTime("read_at"),
                    row.findTime("unreadable_since"),
                    row.find("unreadable_reason"),
                    row.find("unreadable_code")),
            refs.values()),
        sql.find(
            "SELECT at FROM change" + changes + " ORDER BY sequence DESC LIMIT 1",
            row -> row.time("at"),
            changes.values()),
        last(sql, repository, "endpoint IS NOT NULL", allowed),
        last(sql, repository, "origin = 'sweep'", allowed),
        movedTo(sql, repository));
  }

  private static Optional<String> movedTo(Sql sql, String repository) {
    return sql.find(
            """
            SELECT moved_to FROM change
            WHERE type = 'repository-moved' AND (repository = ?1 OR moved_to = ?1 COLLATE NOCASE)
            ORDER BY sequence DESC LIMIT 1
            """,
            row -> row.text("moved_to"),
            repository)
        .filter(name -> !name.equalsIgnoreCase(repository));
  }

  private static Optional<Instant> last(
      Sql sql, String repository, String condition, Scope allowed) {
    Where where = new Where().and("repository = ?", repository).and(condition).change(allowed);
    return sql.find(
        "SELECT at FROM change" + where + " ORDER BY sequence DESC LIMIT 1",
        row -> row.time("at"),
        where.values());
  }

  private static Map<String, Long> openByCode(Sql sql, Scope allowed) {
    Where where = new Where().and("closed_at IS NULL").in(allowed);
    return counts(
        sql, "SELECT code AS name, count(*) AS n FROM dead_letter" + where + " GROUP BY 1", where);
  }

  private List<ClusterView> clusters(Sql sql, Scope allowed) {
    Map<String, Counts> counted = new TreeMap<>();
    Where where = new Where().and("phase <> ?", Phase.REMOVED).in(allowed);
    sql.list(
        """
        SELECT cluster, phase, sync, ifnull(health, 'Unknown') AS health, ifnull(behind, 1) AS behind, count(*) AS n,
          CASE WHEN held_commit IS NOT NULL THEN 'pinned' WHEN held_by IS NOT NULL THEN 'suspended'
            WHEN withheld_cause IS NOT NULL THEN withheld_cause WHEN is_guarded THEN 'guard' WHEN is_in_wave THEN 'wave' END AS held
        FROM shown_status\
        """
            + where
            + " GROUP BY 1, 2, 3, 4, 5, 7",
        row -> {
          counted.computeIfAbsent(row.text("cluster"), _ -> new Counts()).add(row);
          return row;
        },
        where.values());
    Where visible = new Where().cluster("cluster", allowed);
    Map<String, ClusterView> views = new TreeMap<>();
    counted.forEach(
        (cluster, counts) ->
            views.put(
                cluster,
                counts.view(
                    cluster,
                    reports.leader(cluster),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
    sql.list(
            "SELECT * FROM cluster" + visible,
            row -> {
              String name = row.text("cluster");
              return counted
                  .getOrDefault(name, new Counts())
                  .view(
                      name,
                      row.find("worker").or(() -> reports.leader(name)),
                      row.findTime("hello_at"),
                      row.find("isolation"),
                      row.findTime("last_result_at"));
            },
            visible.values())
        .forEach(view -> views.put(view.cluster(), view));
    return List.copyOf(views.values());
  }

  /** Numbers of applications in a cluster. */
  private static final class Counts {

    private final Map<String, Long> phases = new TreeMap<>();
    private final Map<String, Long> sync = new TreeMap<>();
    private final Map<String, Long> health = new TreeMap<>();
    private final Map<String, Long> held = new TreeMap<>();
    private long applications;
    private long behind;

    void add(Row row) throws SQLException {
      long number = row.number("n");
      applications += number;
      behind += row.number("behind") > 0 ? number : 0;
      phases.merge(row.text("phase"), number, Long::sum);
      sync.merge(row.text("sync"), number, Long::sum);
      health.merge(row.text("health"), number, Long::sum);
      row.find("held").ifPresent(what -> held.merge(what, number, Long::sum));
    }

    ClusterView view(
        String cluster,
        Optional<String> worker,
        Optional<Instant> helloAt,
        Optional<String> isolation,
        Optional<Instant> lastResultAt) {
      return new ClusterView(
          cluster,
          applications,
          phases,
          worker,
          helloAt,
          isolation,
          lastResultAt,
          sync,
          health,
          held,
          behind);
    }
  }

  private static Map<String, Long> counts(Sql sql, String question, Where where) {
    Map<String, Long> counts = new LinkedHashMap<>();
    sql.list(question, row -> Map.entry(row.text("name"), row.number("n")), where.values())
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }
}
