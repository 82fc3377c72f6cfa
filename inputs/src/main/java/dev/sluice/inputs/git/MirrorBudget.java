package dev.sluice.inputs.git;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk space that all mirrors together may use, enforced periodically. Safe for concurrent use.
 */
final class MirrorBudget {

  private static final Logger log = LoggerFactory.getLogger(MirrorBudget.class);
  private static final Duration BETWEEN_EVICTIONS = Duration.ofMinutes(1);
  private static final Duration BETWEEN_MARKS = Duration.ofMinutes(10);

  private final MirrorEviction eviction;
  private final long limit;
  private final Executor background;
  private final Clock clock;
  private final Map<Path, Instant> used = new ConcurrentHashMap<>();
  private final AtomicReference<Instant> evictedAt = new AtomicReference<>(Instant.EPOCH);
  private volatile long bytes;

  /**
   * Creates a budget.
   *
   * @param limit the size in bytes
   * @param background runs evictions one at a time, and contains their unexpected failures
   */
  MirrorBudget(MirrorEviction eviction, long limit, Executor background, Clock clock) {
    this.eviction = eviction;
    this.limit = limit;
    this.background = background;
    this.clock = clock;
  }

  /** Records that a mirror is used. */
  void use(Path mirror) {
    Instant now = clock.instant();
    Instant before = used.get(mirror);
    if (before == null || before.plus(BETWEEN_MARKS).isBefore(now)) {
      used.put(mirror, now);
      try {
        MirrorEviction.use(mirror, now);
      } catch (IOException e) {
        log.atWarn().setCause(e).log("cannot record that {} is in use", mirror);
      }
    }
  }

  /** Returns why there is no space for another mirror; empty if there is. */
  Optional<String> exceeded() {
    return bytes <= limit
        ? Optional.empty()
        : Optional.of(
            "the mirrors that are in use take %d MiB, more than all may: raise mirror-budget"
                .formatted(bytes >> 20));
  }

  /** Starts an eviction in the background if it is time. */
  void evictIfDue() {
    Instant now = clock.instant();
    Instant before = evictedAt.get();
    if (before.isBefore(now.minus(BETWEEN_EVICTIONS)) && evictedAt.compareAndSet(before, now)) {
      background.execute(this::evict);
    }
  }

  private void evict() {
    try {
      bytes = eviction.evict();
    } catch (IOException e) {
      log.atWarn()
          .setCause(e)
          .log("cannot evict mirrors to stay within mirror-budget; trying again later");
    }
  }
}
