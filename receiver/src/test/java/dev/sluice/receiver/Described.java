package dev.sluice.receiver;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.receiver.payload.DeliveryId;
import dev.sluice.receiver.payload.IgnoredReason;
import dev.sluice.receiver.payload.Parsed;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One-line descriptions of parse results, for people to review. */
final class Described {

  private Described() {}

  static String of(Parsed parsed) {
    return switch (parsed) {
      case Parsed.Events(DeliveryId _, List<ChangeEvent> events) ->
          events.stream().map(Described::of).collect(Collectors.joining(" + "));
      case Parsed.Ignored(IgnoredReason reason) -> "ignored: " + reason.text();
      case Parsed.Malformed(String reason) -> "malformed: " + reason;
    };
  }

  private static String of(ChangeEvent event) {
    return switch (event) {
      case ChangeEvent.RefChanged change ->
          "moved %s %s %s %s by %s%s"
              .formatted(
                  change.repository(),
                  change.ref(),
                  commit(change.before()),
                  commit(change.after()),
                  actor(change.origin()),
                  change.head().map(Described::of).orElse(""));
      case ChangeEvent.MergeRecorded merge ->
          "merged %s#%d %s %s of %s by %s"
                  .formatted(
                      merge.repository(),
                      merge.number(),
                      merge.target(),
                      merge.mergeCommitPrefix().orElseGet(() -> commit(merge)),
                      merge.author().orElse("nobody"),
                      merge.mergedBy().orElse("nobody"))
              + merge.sourceCommit().map(commit -> " at " + commit.substring(0, 7)).orElse("");
      case ChangeEvent.ReviewRecorded review ->
          "review %s#%d %s by %s at %s (%s)"
              .formatted(
                  review.repository(),
                  review.number(),
                  review.verdict().word(),
                  review.reviewer().orElse("nobody"),
                  review.commit().map(commit -> commit.substring(0, 7)).orElse("none"),
                  review.url().orElse("no link"));
      case ChangeEvent.RepositoryMoved moved ->
          "renamed %s to %s by %s"
              .formatted(moved.repository(), moved.movedTo(), actor(moved.origin()));
      case ChangeEvent.DefaultBranchChanged changed ->
          "default of %s from %s to %s by %s"
              .formatted(
                  changed.repository(),
                  changed.before().map(GitRef::value).orElse("none"),
                  changed.after(),
                  actor(changed.origin()));
      case ChangeEvent.RefForwarded _,
          ChangeEvent.RenameFound _,
          ChangeEvent.FleetEvent _,
          CommandEvent _,
          FleetApprovalEvent _,
          ChangeEvent.LedgerAhead _,
          ChangeEvent.DependencyReported _ ->
          throw new IllegalStateException("no receiver writes " + event);
    };
  }

  private static String of(CommitSummary head) {
    return " (%s, %s, %s)"
        .formatted(
            head.subject().orElse("no subject"),
            head.author().orElse("no author"),
            head.link().orElse("no link"));
  }

  private static String commit(ChangeEvent.MergeRecorded merge) {
    return commit(merge.mergeCommit())
        + merge.headCommit().map(head -> " (head " + head.abbreviated() + ")").orElse("");
  }

  private static String commit(Optional<CommitId> commit) {
    return commit.map(CommitId::abbreviated).orElse("none");
  }

  private static String actor(Origin origin) {
    return ((Origin.Webhook) origin).actor().orElse("nobody");
  }
}
