package dev.sluice.api.projection;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefaultBranchChanged;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.event.ChangeEvent.DependencyReported;
import dev.sluice.contract.event.ChangeEvent.ForgeEvent;
import dev.sluice.contract.event.ChangeEvent.LedgerAhead;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.ReadersAccepted;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.ChangeEvent.RefForwarded;
import dev.sluice.contract.event.ChangeEvent.RenameFound;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.ChangeEvent.ReviewRecorded;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Projection of the changes topic. A change that was written twice, such as a redelivery after a
 * restart, has the same id and counts once.
 */
final class ChangeProjection {

  private final Sql sql;

  ChangeProjection(Sql sql) {
    this.sql = sql;
  }

  void project(ChangeEvent event, ReceivedEvent received) {
    switch (event) {
      case RefChanged change -> {
        if (change(received, "ref-changed", change, change.ref().value())) {
          moved(received, change);
        }
      }
      case RefForwarded forwarded -> {
        RefChanged change = forwarded.change();
        if (change(received, "ref-forwarded", change, change.ref().value())) {
          moved(received, change);
        }
      }
      case ReadersAccepted accepted -> {
        if (change(received, "readers-accepted", accepted, null)) {
          set(received, "origin", "fleet " + accepted.fleetRevision());
        }
      }
      case MergeRecorded merge -> {
        if (change(received, "merge-recorded", merge, merge.target().value())) {
          set(received, "commit_id", merge.mergeCommit());
          set(received, "commit_prefix", merge.mergeCommitPrefix());
          set(received, "head_id", merge.headCommit());
          set(received, "number", merge.number());
          set(received, "title", merge.title());
          set(received, "author", merge.author());
          set(received, "merged_by", merge.mergedBy());
          set(received, "url", merge.url());
          set(received, "source_id", merge.sourceCommit());
          from(received, merge.origin());
        }
      }
      case ReviewRecorded review -> {
        if (change(received, "review-recorded", review, null)) {
          set(received, "number", review.number());
          set(received, "verdict", review.verdict().word());
          set(received, "author", review.reviewer());
          set(received, "source_id", review.commit());
          set(received, "title", review.title());
          set(received, "url", review.url());
          from(received, review.origin());
        }
      }
      case RepositoryMoved moved -> {
        if (change(received, "repository-moved", moved, null)) {
          set(received, "title", "moved to " + moved.movedTo());
          set(received, "moved_to", moved.movedTo().value());
          from(received, moved.origin());
        }
      }
      case RenameFound renamed -> {
        if (change(received, "rename-found", renamed, null)) {
          set(received, "title", "followed as " + renamed.formerName());
          from(received, renamed.origin());
        }
      }
      case DefaultBranchChanged changed -> {
        if (change(received, "default-branch-changed", changed, changed.after().value())) {
          from(received, changed.origin());
        }
      }
      case DefinitionAccepted accepted -> {
        if (change(received, "definition-accepted", accepted, null)) {
          about(received, accepted.definition().application());
          set(received, "origin", "fleet " + accepted.fleetRevision());
          set(received, "actor", accepted.approval().map(FleetApproval::by));
          set(received, "definition", accepted.change().map(Columns::json));
        }
      }
      case DefinitionRemoved removed -> {
        if (change(received, "definition-removed", removed, null)) {
          about(received, removed.application());
          set(received, "origin", "fleet " + removed.fleetRevision());
          set(received, "actor", removed.approval().map(FleetApproval::by));
          set(received, "definition", removed.change().map(Columns::json));
        }
      }
      case LedgerAhead ahead -> {
        if (change(received, "ledger-ahead", ahead, null)) {
          set(received, "application", ahead.application());
          set(received, "cluster", ahead.cluster());
          set(
              received,
              "title",
              "%s in %s is at %s".formatted(ahead.application(), ahead.cluster(), ahead.ledger()));
        }
      }
      // how far it is shows in the status of the applications that wait for it
      case DependencyReported _ -> {}
      case CommandEvent.Given given -> given(given, received);
      case CommandEvent.Answered answered -> answered(answered, received);
      case CommandEvent.Outcome outcome -> outcome(outcome, received);
      case FleetApprovalEvent.Given given -> given(given, received);
      case FleetApprovalEvent.Answered answered -> answered(answered, received);
    }
  }

  private boolean change(
      ReceivedEvent received, String type, ChangeEvent event, @Nullable String ref) {
    return sql.update(
            "INSERT OR IGNORE INTO change (sequence, id, at, type, repository, ref) VALUES (?, ?,"
                + " ?, ?, ?, ?)",
            received.sequence(),
            received.envelope().id(),
            received.at(),
            type,
            event.repository(),
            ref)
        > 0;
  }

  private void set(ReceivedEvent received, String column, Object value) {
    sql.update(
        "UPDATE change SET %s = ? WHERE sequence = ?".formatted(column),
        value,
        received.sequence());
  }

  private void moved(ReceivedEvent received, RefChanged change) {
    set(received, "commit_id", change.after());
    change
        .head()
        .ifPresent(
            head -> {
              set(received, "title", head.subject());
              set(received, "author", head.author());
              set(received, "url", head.link());
            });
    from(received, change.origin());
  }

  private void about(ReceivedEvent received, ApplicationName application) {
    set(received, "title", application);
    set(received, "application", application);
  }

  private void from(ReceivedEvent received, Origin origin) {
    switch (origin) {
      case Origin.Webhook webhook -> {
        set(received, "origin", "webhook " + webhook.endpoint());
        set(received, "endpoint", webhook.endpoint());
        set(received, "delivery", webhook.delivery());
        set(received, "actor", webhook.actor());
        set(received, "at", webhook.receivedAt());
      }
      case Origin.Poll poll -> {
        set(received, "origin", "sweep");
        set(received, "at", poll.foundAt());
      }
    }
  }

  private void given(CommandEvent.Given given, ReceivedEvent received) {
    sql.update(
        """
        INSERT INTO command (sequence, id, at, application, clusters, command, by, reason, caller)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (id) DO UPDATE SET at = min(at, ?3)
        """,
        received.sequence(),
        received.envelope().id(),
        received.at(),
        given.application(),
        Columns.json(given.clusters()),
        Columns.json(given.command()),
        given.by(),
        given.reason(),
        given.caller().map(Columns::json));
  }

  /** A command that was repeated after its acceptance may be refused, which changes nothing. */
  private void answered(CommandEvent.Answered answered, ReceivedEvent received) {
    sql.update(
        """
        INSERT INTO command (sequence, id, at, application, clusters, command, by, reason, answered_at, accepted, message, pending, caller)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?3, ?9, ?10, ?11, ?12)
        ON CONFLICT (id) DO UPDATE SET answered_at = ?3, accepted = ?9, message = ?10, pending = ?11
        WHERE accepted IS NOT 1 OR ?9 = 1
        """,
        received.sequence(),
        answered.given(),
        received.at(),
        answered.application(),
        Columns.json(answered.clusters()),
        Columns.json(answered.command()),
        answered.by(),
        answered.reason(),
        answered.accepted() ? 1 : 0,
        answered.message(),
        Columns.json(answered.pending().orElse(Set.of())),
        answered.caller().map(Columns::json));
  }

  private void outcome(CommandEvent.Outcome outcome, ReceivedEvent received) {
    sql.update(
        "INSERT OR REPLACE INTO command_outcome VALUES (?, ?, ?, ?, ?, ?, ?)",
        outcome.given(),
        outcome.cluster(),
        received.at(),
        outcome.result(),
        outcome.generation(),
        outcome.code(),
        outcome.message());
  }

  private void given(FleetApprovalEvent.Given given, ReceivedEvent received) {
    sql.update(
        """
        INSERT INTO command (sequence, id, at, clusters, command, by, reason, caller)
        VALUES (?1, ?2, ?3, '[]', ?4, ?5, ?6, ?7)
        ON CONFLICT (id) DO UPDATE SET at = min(at, ?3)
        """,
        received.sequence(),
        received.envelope().id(),
        received.at(),
        command(given.digest()),
        given.by(),
        given.reason(),
        given.caller().map(Columns::json));
  }

  /** The first answer stands: one that was repeated after a long time is refused. */
  private void answered(FleetApprovalEvent.Answered answered, ReceivedEvent received) {
    sql.update(
        """
        INSERT INTO command (sequence, id, at, clusters, command, by, reason, answered_at, accepted, message, caller)
        VALUES (?1, ?2, ?3, '[]', ?4, ?5, ?6, ?3, ?7, ?8, ?9)
        ON CONFLICT (id) DO UPDATE SET answered_at = ?3, accepted = ?7, message = ?8 WHERE answered_at IS NULL
        """,
        received.sequence(),
        answered.given(),
        received.at(),
        command(answered.digest()),
        answered.by(),
        answered.reason(),
        answered.accepted() ? 1 : 0,
        answered.message(),
        answered.caller().map(Columns::json));
  }

  private static String command(String digest) {
    return Columns.json(Map.of("kind", "approve", "fleet", digest));
  }

  /** Returns the application that a change is about, if any. */
  static Optional<String> application(ChangeEvent event) {
    return switch (event) {
      case DefinitionAccepted accepted -> Optional.of(accepted.definition().application().value());
      case DefinitionRemoved removed -> Optional.of(removed.application().value());
      case LedgerAhead ahead -> Optional.of(ahead.application().value());
      case DependencyReported reported -> Optional.of(reported.application().value());
      case CommandEvent.Given given -> Optional.of(given.application().value());
      case CommandEvent.Answered answered -> Optional.of(answered.application().value());
      case CommandEvent.Outcome outcome -> Optional.of(outcome.application().value());
      case ForgeEvent _, ReadersAccepted _, FleetApprovalEvent _ -> Optional.empty();
    };
  }

  /** Returns the repository that a change is about, if any. */
  static Optional<RepositoryId> repository(ChangeEvent event) {
    return event instanceof FleetApprovalEvent ? Optional.empty() : Optional.of(event.repository());
  }
}
