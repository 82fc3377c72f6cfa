package dev.sluice.inputs.git;

import dev.sluice.contract.name.GitRef;
import dev.sluice.platform.process.Backoff;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fetches of announced commits into one mirror. After one did not succeed, none is tried for a
 * while, which is longer after each failure in a row. Not thread-safe: {@link Mirror} fetches one
 * at a time.
 */
final class AnnouncedFetches {

  private static final Logger log = LoggerFactory.getLogger(AnnouncedFetches.class);
  private static final Backoff PAUSES = new Backoff(Duration.ofMinutes(1), Duration.ofHours(1));

  private final Repository mirror;
  private final Clock clock;
  private Instant pausedUntil = Instant.MIN;
  private int failures;

  AnnouncedFetches(Repository mirror, Clock clock) {
    this.mirror = mirror;
    this.clock = clock;
  }

  /**
   * Returns the confirmation that the ref has the announced value, with which the mirror has its
   * objects; empty if an ordinary fetch has to find out.
   *
   * @param have an object that the mirror has with its history
   */
  Optional<AnnouncedFetch.Confirmation> confirm(
      Remote remote, Optional<Remote.Login> login, GitRef ref, ObjectId announced, ObjectId have) {
    if (clock.instant().isBefore(pausedUntil)) {
      return Optional.empty();
    }
    Optional<AnnouncedFetch> fetch = AnnouncedFetch.from(remote, login, mirror);
    if (fetch.isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<AnnouncedFetch.Confirmation> confirmed = fetch.get().confirm(ref, announced, have);
      failures = 0;
      return confirmed;
    } catch (IOException | RuntimeException e) {
      failed(e);
      return Optional.empty();
    }
  }

  /** Notes that a fetch did not succeed, or did not leave what it should. */
  void failed(Exception failure) {
    if (Thread.currentThread().isInterrupted()) {
      return; // it was ended from here
    }
    pausedUntil = clock.instant().plus(PAUSES.after(++failures));
    log.atDebug().setCause(failure).log("no fetch in one round trip; an ordinary fetch follows");
  }
}
