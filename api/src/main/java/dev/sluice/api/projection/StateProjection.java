package dev.sluice.api.projection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.StateRecord.Pending;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.event.StateRecord.Unreadable;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Projection of the dispatcher's state: definitions, refs, holds and the targets sent last. */
final class StateProjection {

  private final Sql sql;
  private final LedgerProjection ledgers;

  StateProjection(Sql sql, LedgerProjection ledgers) {
    this.sql = sql;
    this.ledgers = ledgers;
  }

  void project(StateRecord record, ReceivedEvent received) {
    switch (record) {
      case RefState ref -> ref(ref);
      case ApplicationState application -> application(application, received.at());
      case RepositoryState _, DependencyState _ -> {}
    }
  }

  private void ref(RefState ref) {
    boolean wasUnknown = isUnknown(ref);
    sql.update(
        "INSERT OR REPLACE INTO ref VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ref.repository(),
        ref.ref(),
        ref.head(),
        ref.pending().flatMap(Pending::expected),
        ref.pending().map(Pending::since),
        ref.readAt(),
        ref.unreadable().map(Unreadable::since),
        ref.unreadable().map(Unreadable::reason),
        ref.unreadable().map(one -> one.code().orElse(SourceFailure.REPOSITORY_UNREADABLE)),
        ref.commits());
    ref.unmet()
        .ifPresent(
            unmet ->
                unmet
                    .causes()
                    .forEach(
                        cause ->
                            sql.update(
                                "INSERT OR IGNORE INTO unmet VALUES (?, ?, ?, ?)",
                                cause,
                                unmet.expected(),
                                unmet.evaluated(),
                                unmet.at())));
    if (wasUnknown || isUnknown(ref)) {
      markUnknown(
          "application IN (SELECT application FROM source WHERE repository = ? AND ref = ?)",
          ref.repository(),
          ref.ref());
    }
  }

  private static final String UNKNOWN =
      "(ref.unreadable_since IS NOT NULL OR (ref.head IS NULL AND ref.read_at IS NULL))";

  private boolean isUnknown(RefState ref) {
    return sql.number(
            "SELECT count(*) AS n FROM ref WHERE repository = ? AND ref = ? AND NOT " + UNKNOWN,
            ref.repository(),
            ref.ref())
        == 0;
  }

  /**
   * Marks applications with a source whose remote cannot be read or never was: their revision in
   * Git is unknown.
   */
  private void markUnknown(String applications, Object... values) {
    sql.update(
        """
        UPDATE status SET (unknown_code, unknown_message, unknown_since) = (
          SELECT CASE WHEN ref.unreadable_since IS NULL THEN '%s' ELSE ref.unreadable_code END,
            source.repository || ' ' || source.ref || ifnull(' cannot be read: ' || ref.unreadable_reason, ' was never read'),
            ref.unreadable_since
          FROM source LEFT JOIN ref ON ref.repository = source.repository AND ref.ref = source.ref
          WHERE source.application = status.application AND %s
          ORDER BY ref.unreadable_since IS NULL, source.ordinal LIMIT 1)
        WHERE %s
        """
            .formatted(SourceFailure.REPOSITORY_NEVER_READ, UNKNOWN, applications),
        values);
  }

  private void application(ApplicationState state, Instant at) {
    Optional<Definition> definition = state.definition();
    sql.update(
        "INSERT OR REPLACE INTO application VALUES (?, ?, ?, ?, ?)",
        state.application(),
        definition.isPresent() ? 1 : 0,
        state.fleetRevision(),
        definition.map(Definition::owningRepository),
        definition.map(one -> (Object) Columns.json(one).getBytes(UTF_8)));
    sql.update("DELETE FROM source WHERE application = ?", state.application());
    definition.ifPresent(this::sources);
    Set<ClusterName> clusters =
        Stream.concat(
                definition.stream()
                    .flatMap(one -> one.clusters().stream())
                    .map(ClusterTarget::name),
                state.dispatched().keySet().stream())
            .collect(Collectors.toSet());
    for (ClusterName cluster : clusters) {
      status(state, cluster, Optional.ofNullable(state.dispatched().get(cluster)), at);
      hold(state, cluster, Optional.ofNullable(state.holds().get(cluster)));
      withheld(state, cluster);
    }
    markUnknown("application = ?", state.application());
    // once defined for a cluster, never sent to it, and no longer defined for it
    sql
        .list(
            "SELECT cluster FROM status WHERE application = ? AND generation = 0",
            row -> row.text("cluster"),
            state.application())
        .stream()
        .filter(name -> clusters.stream().noneMatch(cluster -> cluster.value().equals(name)))
        .forEach(
            name ->
                sql.update(
                    "DELETE FROM status WHERE application = ? AND cluster = ?",
                    state.application(),
                    name));
  }

  private void sources(Definition definition) {
    int ordinal = 0;
    for (SourceSpec source : definition.sources()) {
      sql.update(
          "INSERT INTO source VALUES (?, ?, ?, ?, ?)",
          definition.application(),
          ordinal++,
          source.repository(),
          source.ref(),
          source.path());
    }
  }

  /**
   * Inserts the status of a generation that was sent. An existing status of the same generation
   * stays, since the worker's results are more precise.
   */
  private void status(
      ApplicationState state, ClusterName cluster, Optional<Dispatched> sent, Instant at) {
    int changed =
        sql.update(
            """
            INSERT INTO status (application, cluster, generation, commit_id, phase, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET generation = ?3, commit_id = ?4, phase = ?5, since = ?6, code = NULL, message = NULL
            WHERE generation < ?3
            """,
            state.application(),
            cluster,
            Generation.numberOf(sent.map(Dispatched::generation)),
            sent.flatMap(Dispatched::commit),
            sent.map(one -> one.inputDigest().isPresent() ? Phase.SYNCING : Phase.REMOVING)
                .orElse(Phase.WAITING),
            at);
    if (changed > 0) {
      ledgers.settle(state.application(), cluster);
    }
  }

  private void hold(ApplicationState state, ClusterName cluster, Optional<Hold> hold) {
    sql.update(
        """
        UPDATE status SET held_by = ?3, held_reason = ?4, held_since = ?5, held_commit = ?6
        WHERE application = ?1 AND cluster = ?2
        """,
        state.application(),
        cluster,
        hold.map(Hold::by),
        hold.map(Hold::reason),
        hold.map(Hold::since),
        hold.flatMap(Hold::commit));
  }

  private void withheld(ApplicationState state, ClusterName cluster) {
    Optional<Withheld> withheld = state.withheld(cluster);
    sql.update(
        """
        UPDATE status SET withheld_cause = ?3, withheld_reason = ?4, withheld_since = ?5, withheld_again = ?6
        WHERE application = ?1 AND cluster = ?2
        """,
        state.application(),
        cluster,
        withheld.map(waiting -> waiting.cause().word()),
        withheld.map(Withheld::waitsFor),
        withheld.map(Withheld::since),
        withheld.isPresent() && state.unsent(cluster).isEmpty() ? 1 : 0);
  }
}
