package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.RemoteDecider;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Schedule of the polls that find changes whose webhook was lost. Used by the partition's thread
 * only.
 */
final class RefPolling {

  /** Delay of the first poll after a start, since webhooks may have been missed. */
  private static final Duration FIRST = Duration.ofSeconds(10);

  private final PartitionState state;
  private final RemoteDecider decider;
  private final Evaluations evaluations;
  private final PartitionContext context;

  RefPolling(
      PartitionState state,
      RemoteDecider decider,
      Evaluations evaluations,
      PartitionContext context) {
    this.state = state;
    this.decider = decider;
    this.evaluations = evaluations;
    this.context = context;
  }

  void scheduleFirst(RefKey key) {
    Duration interval = context.timing().pollInterval();
    schedule(key, interval.compareTo(FIRST) < 0 ? interval : FIRST);
  }

  void scheduleNext(RefKey key) {
    schedule(key, context.timing().pollInterval());
  }

  /**
   * Writes an ordinary change event for a ref that a poll found at another commit.
   *
   * @param tag the name of the commit's tag, if the ref is a range of versions
   */
  void found(RefKey key, Optional<CommitId> at, Optional<String> tag, TransactionBatch batch) {
    Instant now = context.clock().instant();
    Tracing.Span span =
        context
            .tracing()
            .start(Tracing.Kind.CONSUMER, "sweep", Optional.empty(), now)
            .tag("repository", key.repository())
            .tag("ref", key.ref());
    batch.afterwards(span::end);
    batch.add(decider.polled(key, at, tag, span.context(), now));
    batch.afterwards(() -> context.listener().found(key.repository(), key.ref()));
  }

  private void schedule(RefKey key, Duration interval) {
    if (interval.isPositive() && state.isFollowed(key)) {
      double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
      var unused =
          evaluations.after(
              Duration.ofMillis((long) (interval.toMillis() * jitter)),
              new PartitionInput.PollDue(key));
    }
  }
}
