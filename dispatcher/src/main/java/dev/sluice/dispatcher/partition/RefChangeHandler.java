package dev.sluice.dispatcher.partition;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.decide.DispatchListener.ChangeSeen;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handler of changes at forges: refs that changed, and repositories that moved. Forwards them to
 * the partitions that need them, and triggers the evaluation of the refs that applications follow.
 */
final class RefChangeHandler {

  private static final Logger log = LoggerFactory.getLogger(RefChangeHandler.class);

  private final PartitionState partitionState;
  private final EventDecider decider;
  private final RefScheduler scheduler;
  private final Clock clock;
  private final DispatchListener listener;

  RefChangeHandler(
      PartitionState partitionState,
      EventDecider decider,
      RefScheduler scheduler,
      PartitionContext context) {
    this.partitionState = partitionState;
    this.decider = decider;
    this.scheduler = scheduler;
    this.clock = context.clock();
    this.listener = context.listener();
  }

  /** Handles a change that a webhook or the poll reported. */
  void changed(
      ChangeEvent.RefChanged moved, Envelope<?> envelope, long offset, TransactionBatch batch) {
    batch.add(decider.forwarded(moved, EventHandler.cause(envelope), clock.instant()));
    if (moved.origin() instanceof Origin.Webhook webhook
        && !partitionState.isFollowed(moved.repository())) {
      listener.unfollowed(webhook.endpoint(), moved.repository());
    }
    refChanged(moved, moved.after(), envelope.id(), envelope, offset, batch);
  }

  /**
   * Warns if applications follow a repository that has moved: Sluice does not change the URLs in
   * the fleet. If a webhook reported the move, fetches are triggered, which find the forge's
   * redirect.
   */
  void moved(
      ChangeEvent.RepositoryMoved moved,
      Envelope<?> envelope,
      long offset,
      TransactionBatch batch) {
    List<RefKey> keys =
        partitionState.followed().stream()
            .filter(key -> key.repository().equalsIgnoringCase(moved.repository()))
            .toList();
    if (keys.isEmpty() || moved.repository().equals(moved.movedTo())) {
      batch.finish(offset);
      return;
    }
    log.atWarn()
        .addKeyValue("repository", moved.repository())
        .addKeyValue("movedTo", moved.movedTo())
        .addKeyValue("eventId", envelope.id())
        .log("applications follow a repository that has moved: change its URL in the fleet");
    switch (moved.origin()) {
      case Origin.Webhook _ ->
          trigger(
              keys,
              EventHandler.cause(envelope),
              _ -> new Trigger.Reason.RefMoved(Optional.empty()),
              offset,
              batch);
      case Origin.Poll _ -> batch.finish(offset);
    }
  }

  /**
   * Handles a change that another partition forwarded, to a reader of the repository or under its
   * former name.
   */
  void forwarded(
      ChangeEvent.RefForwarded forwarded,
      Envelope<?> envelope,
      long offset,
      TransactionBatch batch) {
    ChangeEvent.RefChanged moved = forwarded.change();
    Optional<CommitId> announced = moved.after();
    if (moved.repository().equals(forwarded.repository())) {
      batch.add(
          decider.forwardedToReaders(
              moved, forwarded.cause(), EventHandler.cause(envelope), clock.instant()));
      // the redirect may have ended: the commit would never appear under the former name
      announced = Optional.empty();
    }
    refChanged(moved, announced, forwarded.cause(), envelope, offset, batch);
  }

  private void refChanged(
      ChangeEvent.RefChanged moved,
      Optional<CommitId> announced,
      EventId id,
      Envelope<?> envelope,
      long offset,
      TransactionBatch batch) {
    List<RefKey> keys = partitionState.matching(new RefKey(moved.repository(), moved.ref()));
    if (keys.isEmpty()) {
      log.atDebug()
          .addKeyValue("repository", moved.repository())
          .addKeyValue("ref", moved.ref())
          .addKeyValue("eventId", id)
          .log("no application follows this ref");
      batch.finish(offset);
      return;
    }
    Optional<String> actor = Optional.empty();
    Instant heardAt = envelope.time();
    switch (moved.origin()) {
      case Origin.Webhook webhook -> {
        actor = webhook.actor();
        heardAt = webhook.receivedAt();
      }
      case Origin.Poll poll -> heardAt = poll.foundAt();
    }
    listener.seen(
        new ChangeSeen(
            id, moved.repository(), moved.ref(), moved.after(), actor, heardAt, clock.instant()));
    Trigger.Cause cause = new Trigger.Cause(List.of(id), actor, heardAt, envelope.trace());
    // one of several may be another repository, where the commit never appears
    trigger(
        keys,
        cause,
        key ->
            new Trigger.Reason.RefMoved(
                keys.size() == 1 || key.repository().equals(moved.repository())
                    ? announced
                    : Optional.empty(),
                key.ref().versions().map(_ -> moved.ref())),
        offset,
        batch);
  }

  /**
   * Triggers refs.
   *
   * @param reason returns the move of a ref
   */
  private void trigger(
      List<RefKey> keys,
      Trigger.Cause cause,
      Function<RefKey, Trigger.Reason> reason,
      long offset,
      TransactionBatch batch) {
    for (RefKey other : keys.subList(1, keys.size())) {
      scheduler.triggerRemembered(
          other, new Trigger(cause, reason.apply(other), OptionalLong.of(offset)), batch);
    }
    RefKey first = keys.getFirst();
    scheduler.trigger(
        first, new Trigger(cause, reason.apply(first), OptionalLong.of(offset)), batch);
  }
}
