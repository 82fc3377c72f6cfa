package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.RemoteDecider;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schedule of the polls that find changes whose webhook was lost. Used by the partition's thread
 * only.
 */
final class RefPolling {

  private static final Logger log = LoggerFactory.getLogger(RefPolling.class);

  /** Delay of the first poll after a start, since webhooks may have been missed. */
  private static final Duration FIRST = Duration.ofSeconds(10);

  private final PartitionState state;
  private final RemoteDecider decider;
  private final Evaluations evaluations;
  private final PartitionContext context;
  private final Map<RefKey, Scheduled> scheduled = new HashMap<>();

  /**
   * The next poll of a ref.
   *
   * @param poll empty if the ref is not polled
   */
  private record Scheduled(Duration interval, Optional<Future<?>> poll) {}

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
    Duration interval = interval(key);
    schedule(key, interval, interval.compareTo(FIRST) < 0 ? interval : FIRST);
  }

  void scheduleNext(RefKey key) {
    Duration interval = interval(key);
    schedule(key, interval, interval);
  }

  /** Schedules the next poll again if the fleet gives the ref another interval now. */
  void reschedule(RefKey key) {
    Scheduled last = scheduled.get(key);
    if (last != null && !last.interval().equals(interval(key))) {
      last.poll().ifPresent(poll -> poll.cancel(false));
      scheduleNext(key);
    }
  }

  /** Forgets a ref that no application follows any longer. */
  void forget(RefKey key) {
    scheduled.remove(key);
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
    Optional<CommitSummary> head =
        sources(key).anyMatch(source -> source.artifact().isPresent())
            ? at.flatMap(commit -> artifact(key, commit, tag))
            : Optional.empty();
    batch.add(decider.polled(key, at, tag, head, span.context(), now));
    batch.afterwards(() -> context.listener().found(key.repository(), key.ref()));
  }

  /** Returns the description of an artifact; says if one was published in place of another. */
  private Optional<CommitSummary> artifact(RefKey key, CommitId commit, Optional<String> tag) {
    state
        .ref(key)
        .head()
        .filter(_ -> state.ref(key).tag().equals(tag))
        .ifPresent(
            before ->
                log.atInfo()
                    .addKeyValue("repository", key.repository())
                    .addKeyValue("ref", key.ref())
                    .addKeyValue("commit", commit)
                    .log("the version was published again, or its tag moved: it was {}", before));
    return context.mirrors().artifact(key.repository(), commit);
  }

  private void schedule(RefKey key, Duration interval, Duration delay) {
    if (!state.isFollowed(key)) {
      return;
    }
    Optional<Future<?>> poll = Optional.empty();
    if (delay.isPositive() && !isUnchangeable(key)) {
      double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
      poll =
          Optional.of(
              evaluations.after(
                  Duration.ofMillis((long) (delay.toMillis() * jitter)),
                  new PartitionInput.PollDue(key)));
    }
    scheduled.put(key, new Scheduled(interval, poll));
  }

  /** Returns whether the ref is a digest that was read: it always has the same commit. */
  private boolean isUnchangeable(RefKey key) {
    return Artifact.digest(key.ref()).isPresent() && state.ref(key).head().isPresent();
  }

  /** Returns the shortest interval that the fleet gives the ref's repository. */
  private Duration interval(RefKey key) {
    return sources(key)
        .flatMap(source -> source.interval().stream())
        .min(Comparator.naturalOrder())
        .orElse(context.timing().pollInterval());
  }

  private Stream<SourceSpec> sources(RefKey key) {
    return state.following(key).stream()
        .flatMap(application -> application.definition().stream())
        .flatMap(definition -> definition.sources().stream())
        .filter(source -> RefKey.of(source).equals(key));
  }
}
