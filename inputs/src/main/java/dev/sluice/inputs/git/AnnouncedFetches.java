package dev.sluice.inputs.git;

import dev.sluice.contract.name.GitRef;
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
 * The fetches of announced commits into one mirror. After a remote did not answer one as expected,
 * none is tried for a while.
 */
final class AnnouncedFetches {

  private static final Logger log = LoggerFactory.getLogger(AnnouncedFetches.class);
  private static final Duration PAUSE = Duration.ofMinutes(10);

  private final Repository mirror;
  private final Clock clock;
  private volatile Instant pausedUntil = Instant.MIN;

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
      return fetch.get().confirm(ref, announced, have);
    } catch (IOException | RuntimeException e) {
      pausedUntil = clock.instant().plus(PAUSE);
      log.atDebug().setCause(e).log("no fetch in one round trip; an ordinary fetch follows");
      return Optional.empty();
    }
  }
}
