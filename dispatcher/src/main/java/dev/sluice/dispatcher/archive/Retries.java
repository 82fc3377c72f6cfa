package dev.sluice.dispatcher.archive;

import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.OutsideFailures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;

/**
 * Partitions whose next record could not be archived, and when each is tried again. One thread
 * changes them; any thread may ask for the reason.
 */
final class Retries {

  private static final String WORK = "archiving targets";
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

  /** Longer than a turn of the archiver, in which it tries no partition twice. */
  private static final Duration SETTLED = Duration.ofMinutes(1);

  private final Clock clock;
  private final FailureLog failures;
  private final Map<TopicPartition, Trouble> troubles = new ConcurrentHashMap<>();

  private record Trouble(int attempts, Instant since, Instant retryAt, String reason) {}

  Retries(Clock clock, Logger log) {
    this.clock = clock;
    this.failures = new FailureLog(log, "archive");
  }

  /** Records that a partition's next record could not be archived. */
  void failed(TopicPartition partition, Throwable failure) {
    Instant now = clock.instant();
    Optional<Trouble> before = Optional.ofNullable(troubles.get(partition));
    int attempts = before.map(Trouble::attempts).orElse(0) + 1;
    troubles.put(
        partition,
        new Trouble(
            attempts,
            before.map(Trouble::since).orElse(now),
            now.plus(BACKOFF.after(attempts)),
            OutsideFailures.describe(failure)));
    failures.failed(WORK, failure);
  }

  /** Records that records of a partition were archived. */
  void succeeded(TopicPartition partition) {
    if (troubles.remove(partition) != null) {
      logSuccess();
    }
  }

  /** Forgets all partitions but these, which this instance archives. */
  void keepOnly(Set<TopicPartition> assigned) {
    if (troubles.keySet().retainAll(assigned)) {
      logSuccess();
    }
  }

  /**
   * Returns the partitions that should be tried again now. One that has been for a minute and has
   * not failed since has no record left that could fail.
   */
  Set<TopicPartition> due() {
    Instant now = clock.instant();
    if (troubles.values().removeIf(trouble -> trouble.retryAt().plus(SETTLED).isBefore(now))) {
      logSuccess();
    }
    return troubles.entrySet().stream()
        .filter(each -> !each.getValue().retryAt().isAfter(now))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private void logSuccess() {
    // all archive to the same store, so the log has its failure once
    if (troubles.isEmpty()) {
      failures.succeeded(WORK);
    }
  }

  /** Returns the time until the next partition should be tried again, but at most this one. */
  Duration untilNext(Duration longest) {
    Instant now = clock.instant();
    return troubles.values().stream()
        .filter(trouble -> trouble.retryAt().isAfter(now))
        .map(trouble -> Duration.between(now, trouble.retryAt()))
        .filter(wait -> wait.compareTo(longest) < 0)
        .min(Comparator.naturalOrder())
        .orElse(longest);
  }

  /**
   * Returns what keeps records from being archived, for the longest time; empty if nothing does.
   */
  Optional<String> reason() {
    return troubles.values().stream()
        .min(Comparator.comparing(Trouble::since))
        .map(
            trouble ->
                "%s (since %s, %d attempts)"
                    .formatted(trouble.reason(), trouble.since(), trouble.attempts()));
  }
}
