package dev.sluice.api.readmodel;

import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.Overview.ClusterView;
import dev.sluice.api.readmodel.Overview.RefView;
import dev.sluice.api.readmodel.Overview.RepositoryView;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.Sql;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Queries about the fleet as a whole. */
public final class Fleet {

  private final Database database;

  Fleet(Database database) {
    this.database = database;
  }

  Overview overview(Scope allowed, long behind, List<String> obstacles, List<String> warnings) {
    Where where = new Where().and("phase <> ?", Phase.REMOVED).in(allowed);
    Where held = new Where().and("held_by IS NOT NULL").in(allowed);
    return database.read(
        sql ->
            new Overview(
                counts(
                    sql,
                    "SELECT phase AS name, count(*) AS n FROM shown_status" + where + " GROUP BY 1",
                    where),
                sql.number("SELECT count(*) AS n FROM status" + held, held.values()),
                openByCode(sql, allowed),
                clusters(sql, allowed),
                behind,
                obstacles,
                warnings));
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

  /** Returns the number of unreadable refs of each repository that applications have sources in. */
  public Map<String, Long> unreadableRepositories() {
    Where where = new Where().and("unreadable_since IS NOT NULL").ref("ref", Scope.ALL);
    return database.read(
        sql ->
            counts(
                sql,
                "SELECT repository AS name, count(*) AS n FROM ref" + where + " GROUP BY 1",
                where));
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
                    row.find("unreadable_reason")),
            refs.values()),
        sql.find(
            "SELECT at FROM change" + changes + " ORDER BY sequence DESC LIMIT 1",
            row -> row.time("at"),
            changes.values()),
        last(sql, repository, "endpoint IS NOT NULL", allowed),
        last(sql, repository, "origin = 'sweep'", allowed));
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

  private static List<ClusterView> clusters(Sql sql, Scope allowed) {
    Where where = new Where().and("phase <> ?", Phase.REMOVED).in(allowed);
    Map<String, Map<String, Long>> phases = new TreeMap<>();
    sql.list(
            "SELECT cluster, phase, count(*) AS n FROM shown_status" + where + " GROUP BY 1, 2",
            row -> Map.entry(row.text("cluster"), Map.entry(row.text("phase"), row.number("n"))),
            where.values())
        .forEach(
            entry ->
                phases
                    .computeIfAbsent(entry.getKey(), _ -> new TreeMap<>())
                    .put(entry.getValue().getKey(), entry.getValue().getValue()));
    Where visible = new Where().cluster("cluster", allowed);
    Map<String, ClusterView> views = new TreeMap<>();
    phases.forEach(
        (cluster, counts) ->
            views.put(
                cluster,
                new ClusterView(
                    cluster,
                    sum(counts),
                    counts,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
    sql.list(
            "SELECT * FROM cluster" + visible,
            row -> {
              Map<String, Long> counts = phases.getOrDefault(row.text("cluster"), Map.of());
              return new ClusterView(
                  row.text("cluster"),
                  sum(counts),
                  counts,
                  row.find("worker"),
                  row.findTime("hello_at"),
                  row.find("isolation"),
                  row.findTime("last_result_at"));
            },
            visible.values())
        .forEach(view -> views.put(view.cluster(), view));
    return List.copyOf(views.values());
  }

  private static Map<String, Long> counts(Sql sql, String question, Where where) {
    Map<String, Long> counts = new LinkedHashMap<>();
    sql.list(question, row -> Map.entry(row.text("name"), row.number("n")), where.values())
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
