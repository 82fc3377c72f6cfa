package dev.sluice.api.readmodel;

import dev.sluice.api.readmodel.KnownSince.History;
import dev.sluice.api.readmodel.Trace.TracedObject;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.name.Generation;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Queries from an object to its cause, and from a commit to its effects. */
public final class Origins {

  private static final int MAX_COMMITS = 5;

  private final Database database;

  Origins(Database database) {
    this.database = database;
  }

  /** Returns where an object comes from, or empty if no recorded generation changed it. */
  public Optional<Trace> trace(Trace.Question question, Scope allowed) {
    Where where = objects(question, allowed);
    return database.read(
        sql ->
            sql.find(
                    "SELECT * FROM object" + where + " ORDER BY at DESC, generation DESC LIMIT 1",
                    row ->
                        new Touched(
                            new TracedObject(
                                row.text("cluster"),
                                row.text("api_version"),
                                row.text("kind"),
                                row.text("namespace"),
                                row.text("name"),
                                row.text("action"),
                                row.time("at")),
                            row.text("application"),
                            new Generation(row.number("generation"))),
                    where.values())
                .flatMap(touched -> trace(sql, touched, allowed)));
  }

  /** Returns the namespaces that have an object with this kind and name, of those in question. */
  public List<String> namespaces(Trace.Question question, Scope allowed) {
    Where where = objects(question, allowed);
    return database.read(
        sql ->
            sql.list(
                "SELECT namespace FROM (SELECT namespace, action, max(at) FROM object"
                    + where
                    + " GROUP BY namespace) WHERE action <> ? ORDER BY 1",
                row -> row.text("namespace"),
                where.values(ObjectChange.Action.DELETED)));
  }

  private static Where objects(Trace.Question question, Scope allowed) {
    List<String> kinds = ObjectKinds.meant(question.kind());
    return new Where()
        .and("cluster = ?", question.cluster())
        .and("name = ?", question.name())
        .and("kind IN (%s)".formatted(places(kinds.toArray())), kinds.toArray())
        .when("namespace = ?", question.namespace())
        .in(allowed);
  }

  /**
   * Explains the effects of a commit.
   *
   * @param prefix the first hex digits of the id, or all of them
   * @return empty if the commit is unknown
   */
  public Optional<Explanation> explain(String prefix, Scope allowed) {
    return commits(prefix, allowed).stream()
        .findFirst()
        .map(commit -> database.read(sql -> explain(sql, commit, allowed)));
  }

  /** Returns who brought each of these commits, given by their full ids. */
  public List<CommitOrigin> ofCommits(List<String> commits, Scope allowed) {
    return database.read(
        sql -> commits.stream().map(commit -> origin(sql, commit, allowed)).toList());
  }

  private static CommitOrigin origin(Sql sql, String commit, Scope allowed) {
    CommitChain chain = new CommitChain(sql, allowed);
    List<ChangeView> changes = chain.changes(commit);
    return new CommitOrigin(
        commit, changes, chain.reviews(changes), generations(sql, commit, allowed));
  }

  /**
   * Returns the generations with a commit of their first source, each with the newest change of
   * another source that led to it.
   */
  private static List<CommitOrigin.CausedGeneration> generations(
      Sql sql, String commit, Scope allowed) {
    Where sent = new Where().and("commit_id = ?", commit).in(allowed);
    Where ofOtherSource =
        new Where()
            .and("change.type = ?", EventType.REF_CHANGED.slug())
            .and("change.commit_id IS NOT NULL")
            .and(
                """
                EXISTS (SELECT 1 FROM json_each(sent.positions) AS position
                  WHERE position.key > 0 AND position.value ->> 'repository' = change.repository COLLATE NOCASE
                    AND (position.value ->> 'ref' = change.ref OR 'refs/tags/' || (position.value ->> 'tag') = change.ref))\
                """)
            .change(allowed);
    return sql.list(
        """
        WITH sent AS (SELECT application, cluster, generation, causes, positions FROM generation%s),
          through AS (
            SELECT sent.application, sent.cluster, sent.generation, change.repository, change.commit_id,
              max(change.sequence)
            FROM sent, json_each(sent.causes) AS cause JOIN change ON change.id = cause.value%s
            GROUP BY 1, 2, 3)
        SELECT sent.application, sent.cluster, sent.generation, sent.causes,
          through.repository AS through_repository, through.commit_id AS through_commit
        FROM sent LEFT JOIN through USING (application, cluster, generation)
        ORDER BY application, cluster, generation
        """
            .formatted(sent, ofOtherSource),
        CommitOrigin.CausedGeneration::read,
        sent.values(ofOtherSource.values()));
  }

  /**
   * Returns the full ids of the known commits that begin with these digits; only some of them if
   * there are many.
   */
  public List<String> commits(String prefix, Scope allowed) {
    Where sent = starting("commit_id", prefix).in(allowed);
    Where changed = starting("commit_id", prefix).change(allowed);
    Where read = starting("head", prefix).ref("ref", allowed);
    return database.read(
        sql ->
            sql.list(
                "SELECT commit_id FROM generation%s UNION SELECT commit_id FROM change%s UNION SELECT head FROM ref%s ORDER BY 1 LIMIT %d"
                    .formatted(sent, changed, read, MAX_COMMITS),
                row -> row.text("commit_id"),
                sent.values(changed.values(read.values()))));
  }

  /**
   * Returns the unreadable refs on which an unknown commit may be; empty if every ref can be read.
   */
  public List<String> unreadable(Scope allowed) {
    return database.read(sql -> new Reasons(sql, allowed).unreadable());
  }

  private record Touched(TracedObject object, String application, Generation generation) {}

  private static Optional<Trace> trace(Sql sql, Touched touched, Scope allowed) {
    return sql.find(
            "SELECT * FROM generation WHERE application = ? AND cluster = ? AND generation = ?",
            GenerationView.reader(sql),
            touched.application(),
            touched.object().cluster(),
            touched.generation())
        .map(
            generation -> {
              CommitChain chain = new CommitChain(sql, allowed);
              List<ChangeView> merges = chain.merges(generation);
              return new Trace(
                  touched.object(),
                  generation,
                  sql.list(
                      "SELECT path FROM source WHERE application = ? ORDER BY ordinal",
                      row -> row.text("path"),
                      touched.application()),
                  chain.changes(generation),
                  merges,
                  chain.reviews(merges),
                  chain.commands(List.of(generation)),
                  Observations.last(sql, touched.object(), EventType.DRIFTED.slug()),
                  Observations.last(sql, touched.object(), EventType.HEALED.slug()));
            });
  }

  private static Where starting(String column, String prefix) {
    return new Where().and("%1$s >= ? AND %1$s <= ?".formatted(column), prefix, prefix + "g");
  }

  private static Explanation explain(Sql sql, String commit, Scope allowed) {
    CommitChain chain = new CommitChain(sql, allowed);
    List<ChangeView> changes = chain.changes(commit);
    Where own = new Where().and("commit_id = ?", commit).in(allowed);
    Where through = throughOtherSource(commit, changes).in(allowed);
    List<GenerationView> affected =
        sql.list(
            "SELECT * FROM generation%s UNION ALL SELECT * FROM generation%s ORDER BY application, cluster, generation"
                .formatted(own, through),
            GenerationView.reader(sql),
            own.values(through.values()));
    return new Explanation(
        commit,
        changes,
        chain.reviews(changes),
        chain.commands(affected),
        affected,
        new Reasons(sql, allowed).unaffected(changes, affected),
        // the change that brought it is the first that happened
        changes.isEmpty()
            ? KnownSince.of(sql, History.CHANGES, History.RESULTS)
            : Optional.empty());
  }

  /**
   * Selects the generations that a change of another than the first source led to. Their commit is
   * that of the first source.
   */
  private static Where throughOtherSource(String commit, List<ChangeView> changes) {
    Object[] repositories = changes.stream().map(ChangeView::repository).distinct().toArray();
    Object[] ids = changes.stream().map(ChangeView::id).toArray();
    return new Where()
        .and("ifnull(commit_id, '') <> ?", commit)
        .and(
            "application IN (SELECT application FROM source WHERE ordinal > 0 AND repository COLLATE NOCASE IN (%s))"
                .formatted(places(repositories)),
            repositories)
        .and(
            "EXISTS (SELECT 1 FROM json_each(causes) WHERE value IN (%s))".formatted(places(ids)),
            ids);
  }

  private static String places(Object[] values) {
    return String.join(", ", Collections.nCopies(values.length, "?"));
  }
}
