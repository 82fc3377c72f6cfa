package dev.sluice.api.projection;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.CommandAnswered;
import dev.sluice.contract.event.ChangeEvent.CommandGiven;
import dev.sluice.contract.event.ChangeEvent.DefaultBranchChanged;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.event.ChangeEvent.LedgerAhead;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.ReadersAccepted;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.ChangeEvent.RefForwarded;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.ApplicationName;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What reached the homes. A change that was written twice, as a redelivery after a restart is, has
 * the same id and counts once.
 */
final class ChangeProjection {

  private final Sql sql;

  ChangeProjection(Sql sql) {
    this.sql = sql;
  }

  void take(ChangeEvent event, Taken taken) {
    switch (event) {
      case RefChanged change -> {
        if (change(taken, "ref-changed", change, change.ref().value())) {
          set(taken, "commit_id", change.after());
          from(taken, change.origin());
        }
      }
      case RefForwarded forwarded -> {
        RefChanged change = forwarded.change();
        if (change(taken, "ref-forwarded", change, change.ref().value())) {
          set(taken, "commit_id", change.after());
          from(taken, change.origin());
        }
      }
      case ReadersAccepted accepted -> {
        if (change(taken, "readers-accepted", accepted, null)) {
          set(taken, "origin", "fleet " + accepted.fleetRevision());
        }
      }
      case MergeRecorded merge -> {
        if (change(taken, "merge-recorded", merge, merge.target().value())) {
          set(taken, "commit_id", merge.mergeCommit());
          set(taken, "commit_prefix", merge.mergeCommitPrefix());
          set(taken, "head_id", merge.headCommit());
          set(taken, "number", merge.number());
          set(taken, "title", merge.title());
          set(taken, "author", merge.author());
          set(taken, "merged_by", merge.mergedBy());
          set(taken, "url", merge.url());
          from(taken, merge.origin());
        }
      }
      case RepositoryMoved moved -> {
        if (change(taken, "repository-moved", moved, null)) {
          set(taken, "title", "moved to " + moved.movedTo());
          from(taken, moved.origin());
        }
      }
      case DefaultBranchChanged changed -> {
        if (change(taken, "default-branch-changed", changed, changed.after().value())) {
          from(taken, changed.origin());
        }
      }
      case DefinitionAccepted accepted -> {
        if (change(taken, "definition-accepted", accepted, null)) {
          about(taken, accepted.definition().application());
          set(taken, "origin", "fleet " + accepted.fleetRevision());
        }
      }
      case DefinitionRemoved removed -> {
        if (change(taken, "definition-removed", removed, null)) {
          about(taken, removed.application());
          set(taken, "origin", "fleet " + removed.fleetRevision());
        }
      }
      case LedgerAhead ahead -> {
        if (change(taken, "ledger-ahead", ahead, null)) {
          set(taken, "application", ahead.application());
          set(taken, "cluster", ahead.cluster());
          set(
              taken,
              "title",
              "%s in %s is at %s".formatted(ahead.application(), ahead.cluster(), ahead.ledger()));
        }
      }
      case CommandGiven given -> given(given, taken);
      case CommandAnswered answered -> answered(answered, taken);
    }
  }

  private boolean change(Taken taken, String type, ChangeEvent event, @Nullable String ref) {
    return sql.update(
            "INSERT OR IGNORE INTO change (sequence, id, at, type, repository, ref) VALUES (?, ?,"
                + " ?, ?, ?, ?)",
            taken.sequence(),
            taken.envelope().id(),
            taken.at(),
            type,
            event.repository(),
            ref)
        > 0;
  }

  private void set(Taken taken, String column, Object value) {
    sql.update(
        "UPDATE change SET %s = ? WHERE sequence = ?".formatted(column), value, taken.sequence());
  }

  private void about(Taken taken, ApplicationName application) {
    set(taken, "title", application);
    set(taken, "application", application);
  }

  private void from(Taken taken, Origin origin) {
    switch (origin) {
      case Origin.Webhook webhook -> {
        set(taken, "origin", "webhook " + webhook.endpoint());
        set(taken, "endpoint", webhook.endpoint());
        set(taken, "delivery", webhook.delivery());
        set(taken, "actor", webhook.actor());
        set(taken, "at", webhook.receivedAt());
      }
      case Origin.Sweep sweep -> {
        set(taken, "origin", "sweep");
        set(taken, "at", sweep.foundAt());
      }
    }
  }

  private void given(CommandGiven given, Taken taken) {
    sql.update(
        """
        INSERT INTO command (sequence, id, at, application, clusters, command, by, reason)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (id) DO UPDATE SET at = min(at, ?3)
        """,
        taken.sequence(),
        taken.envelope().id(),
        taken.at(),
        given.application(),
        Columns.json(given.clusters()),
        Columns.json(given.command()),
        given.by(),
        given.reason());
  }

  private void answered(CommandAnswered answered, Taken taken) {
    sql.update(
        """
        INSERT INTO command (sequence, id, at, application, clusters, command, by, reason, answered_at, accepted, message)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?3, ?9, ?10)
        ON CONFLICT (id) DO UPDATE SET answered_at = ?3, accepted = ?9, message = ?10
        """,
        taken.sequence(),
        answered.given(),
        taken.at(),
        answered.application(),
        Columns.json(answered.clusters()),
        Columns.json(answered.command()),
        answered.by(),
        answered.reason(),
        answered.accepted() ? 1 : 0,
        answered.message());
  }

  /** The application that a change is about, if it is about one. */
  static Optional<String> application(ChangeEvent event) {
    return switch (event) {
      case DefinitionAccepted accepted -> Optional.of(accepted.definition().application().value());
      case DefinitionRemoved removed -> Optional.of(removed.application().value());
      case LedgerAhead ahead -> Optional.of(ahead.application().value());
      case CommandGiven given -> Optional.of(given.application().value());
      case CommandAnswered answered -> Optional.of(answered.application().value());
      case RefChanged _,
          RefForwarded _,
          ReadersAccepted _,
          MergeRecorded _,
          RepositoryMoved _,
          DefaultBranchChanged _ ->
          Optional.empty();
    };
  }
}
