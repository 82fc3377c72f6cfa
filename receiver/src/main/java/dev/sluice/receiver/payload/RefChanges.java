package dev.sluice.receiver.payload;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collector of the ref changes in a delivery, all of one repository. */
final class RefChanges {

  private static final String MERGE_QUEUE = "refs/heads/gh-readonly-queue/";

  private final DeliveryId delivery;
  private final RepositoryId repository;
  private final Origin origin;
  private final List<ChangeEvent> changes = new ArrayList<>();
  private IgnoredReason ignored = IgnoredReason.NO_REF_CHANGED;

  RefChanges(DeliveryId delivery, RepositoryId repository, Origin origin) {
    this.delivery = delivery;
    this.repository = repository;
    this.origin = origin;
  }

  /**
   * Adds the change in three fields of a push or of one of its elements. An invalid id is treated
   * as unknown, since the ref may have moved nevertheless.
   */
  RefChanges add(
      JsonFields fields, String ref, String before, String after, Optional<CommitSummary> head)
      throws MalformedPayloadException {
    return add(
        fields.required(ref, GitRef::new),
        fields.optional(before, CommitId::ifFull),
        fields.required(after, CommitId::ifFull),
        head);
  }

  /**
   * Adds a change, unless applications cannot follow such a ref.
   *
   * @param head description of the commit after the change; dropped if that commit is unknown
   */
  RefChanges add(
      GitRef ref,
      Optional<CommitId> before,
      Optional<CommitId> after,
      Optional<CommitSummary> head) {
    if (ref.value().startsWith(MERGE_QUEUE)) {
      ignored = IgnoredReason.MERGE_QUEUE;
    } else if (!ref.value().startsWith("refs/heads/") && !ref.value().startsWith("refs/tags/")) {
      ignored = IgnoredReason.NOT_FOLLOWABLE;
    } else {
      changes.add(
          new RefChanged(
              repository, ref, before, after, origin, after.isEmpty() ? Optional.empty() : head));
    }
    return this;
  }

  /** Adds a change; an empty ref is neither a branch nor a tag. */
  RefChanges add(
      Optional<GitRef> ref,
      Optional<CommitId> before,
      Optional<CommitId> after,
      Optional<CommitSummary> head) {
    if (ref.isEmpty()) {
      ignored = IgnoredReason.NOT_FOLLOWABLE;
      return this;
    }
    return add(ref.get(), before, after, head);
  }

  Parsed parsed() {
    return changes.isEmpty() ? new Parsed.Ignored(ignored) : new Parsed.Events(delivery, changes);
  }
}
