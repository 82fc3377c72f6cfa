package dev.sluice.dispatcher.decide;

import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.contract.version.SemanticVersion;
import java.time.Instant;
import java.util.Optional;

/**
 * Decider of the records about remote repositories themselves: whether they can be read, where they
 * moved to, and what polls find. Pure except for the partition's state, as {@link
 * EvaluationDecider} is.
 */
public final class RemoteDecider {

  private final PartitionState partitionState;
  private final String source;

  RemoteDecider(PartitionState partitionState, String source) {
    this.partitionState = partitionState;
    this.source = source;
  }

  /** Records whether the ref's remote can be read. */
  public Decision remoteState(RefState after, Instant now) {
    Decision decision = new Decision(source, now, TraceParent.start());
    partitionState.remember(decision, after);
    return decision;
  }

  /**
   * Writes an ordinary change event for a ref that a poll found at another commit. The event of a
   * range of versions is that of the tag whose change explains the commit: the tag that was
   * followed before, if an older one or none is left, since it must have been deleted; or else the
   * tag that is followed now.
   *
   * @param tag the name of the commit's tag, if the ref is a range of versions
   * @param head description of the commit
   */
  public Decision polled(
      RefKey key,
      Optional<CommitId> now,
      Optional<String> tag,
      Optional<CommitSummary> head,
      TraceParent trace,
      Instant at) {
    Decision decision = new Decision("sweep", at, trace);
    RefState before = partitionState.ref(key);
    EventId id =
        EventId.of("sweep", key, now.map(CommitId::value).orElse("gone"), EventStamp.next(at));
    decision.add(
        decision.encoded(
            id,
            key.ref().versions().isEmpty()
                ? new ChangeEvent.RefChanged(
                    key.repository(), key.ref(), before.head(), now, new Origin.Poll(at), head)
                : tagChanged(before, now, tag, new Origin.Poll(at), head)));
    return decision;
  }

  private static ChangeEvent.RefChanged tagChanged(
      RefState before,
      Optional<CommitId> now,
      Optional<String> tag,
      Origin origin,
      Optional<CommitSummary> head) {
    Optional<String> old = before.tag();
    boolean isDeleted =
        old.isPresent() && (tag.isEmpty() || SemanticVersion.isNewer(old.get(), tag.get()));
    return new ChangeEvent.RefChanged(
        before.repository(),
        GitRef.tag((isDeleted ? old : tag).orElseThrow()),
        isDeleted || tag.equals(old) ? before.head() : Optional.empty(),
        isDeleted ? Optional.empty() : now,
        origin,
        isDeleted ? Optional.empty() : head);
  }

  /**
   * Announces that a repository's forge redirects fetches to another name, also to the partition of
   * that name, which reads the webhooks from then on.
   */
  public Decision redirected(RepositoryId repository, RepositoryId movedTo, Instant at) {
    Decision decision = new Decision("sweep", at, TraceParent.start());
    if (!movedTo.equalsIgnoringCase(repository)) {
      decision.add(
          decision.encoded(
              EventId.of("renamed", movedTo, repository, EventStamp.next(at)),
              new ChangeEvent.RenameFound(movedTo, repository, new Origin.Poll(at))));
    }
    decision.add(
        decision.encoded(
            EventId.of("redirected", repository, movedTo, EventStamp.next(at)),
            new ChangeEvent.RepositoryMoved(repository, movedTo, new Origin.Poll(at))));
    return decision;
  }
}
