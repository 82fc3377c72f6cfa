package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Looks at refs that nobody told of, in case a webhook was lost: when the next one is due, and what
 * follows when it finds something. Of the home's thread only.
 */
final class RefPolling {

  /** After a start webhooks may have been missed: every ref is looked at within this. */
  private static final Duration FIRST = Duration.ofSeconds(10);

  private final PartitionState state;
  private final RefScheduler.Tools tools;

  RefPolling(PartitionState state, RefScheduler.Tools tools) {
    this.state = state;
    this.tools = tools;
  }

  void scheduleFirst(RefKey key) {
    Duration usual = tools.timing().sweep();
    schedule(key, usual.compareTo(FIRST) < 0 ? usual : FIRST);
  }

  void scheduleNext(RefKey key) {
    schedule(key, tools.timing().sweep());
  }

  /** The ref has moved: an ordinary event of it. */
  void found(RefKey key, Optional<CommitId> at, TransactionBatch batch) {
    Instant now = tools.clock().instant();
    Tracing.Span span =
        tools
            .tracing()
            .start(Tracing.Kind.CONSUMER, "sweep", Optional.empty(), now)
            .tag("repository", key.repository())
            .tag("ref", key.ref());
    batch.afterwards(span::end);
    batch.add(tools.decider().swept(key, at, span.context(), now));
    batch.afterwards(() -> tools.listener().found(key.repository(), key.ref()));
  }

  private void schedule(RefKey key, Duration interval) {
    if (interval.isPositive() && state.isFollowed(key)) {
      double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
      var unused =
          tools
              .evaluations()
              .after(
                  Duration.ofMillis((long) (interval.toMillis() * jitter)),
                  new PartitionInput.SweepDue(key));
    }
  }
}
