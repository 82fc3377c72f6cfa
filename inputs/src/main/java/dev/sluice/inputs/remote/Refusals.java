package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.GitRef;
import dev.sluice.inputs.git.Artifacts.Place;
import dev.sluice.inputs.walk.RemoteException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The versions that were refused because of what they contain, which are not downloaded again while
 * their digests are the same. Safe for concurrent use.
 */
final class Refusals {

  private static final int MAX = 10_000;

  private final Clock clock;
  private final Map<Key, Refusal> refused = new LinkedHashMap<>();

  private record Key(Place place, GitRef ref) {}

  private record Refusal(String digest, RemoteException failure, Instant end) {}

  /** Downloads a version and checks it. */
  interface Download<T> {
    T run() throws RemoteException;
  }

  Refusals(Clock clock) {
    this.clock = clock;
  }

  /** Returns whether some digest of a version was refused. */
  synchronized boolean has(Place place, GitRef ref) {
    return refused.containsKey(new Key(place, ref));
  }

  /**
   * Downloads a version.
   *
   * @throws RemoteException also if the digest was refused before; nothing is downloaded then
   */
  <T> T unlessRefused(Place place, GitRef ref, String digest, Download<T> download)
      throws RemoteException {
    require(place, ref, digest);
    try {
      T downloaded = download.run();
      accepted(new Key(place, ref));
      return downloaded;
    } catch (RemoteException e) {
      refused(new Key(place, ref), digest, e);
      throw e;
    }
  }

  /** Throws the failure with which the digest was refused before, if it was. */
  void require(Place place, GitRef ref, String digest) throws RemoteException {
    Optional<Refusal> before =
        refusal(new Key(place, ref))
            .filter(one -> one.digest().equals(digest) && clock.instant().isBefore(one.end()));
    if (before.isPresent()) {
      RemoteException failure = before.get().failure();
      throw new RemoteException(failure.code(), String.valueOf(failure.getMessage()));
    }
  }

  private synchronized Optional<Refusal> refusal(Key key) {
    return Optional.ofNullable(refused.get(key));
  }

  private synchronized void accepted(Key key) {
    refused.remove(key);
  }

  private synchronized void refused(Key key, String digest, RemoteException failure) {
    Duration time = time(failure);
    if (time.isPositive()) {
      refused.put(key, new Refusal(digest, failure, clock.instant().plus(time)));
    }
    if (refused.size() > MAX) {
      refused.remove(refused.keySet().iterator().next());
    }
  }

  /**
   * Returns how long a failure lasts for a digest. A server that sends something else than the
   * digest says may soon send what it should, such as a cache.
   */
  private static Duration time(RemoteException failure) {
    return switch (failure.code()) {
      case SourceFailure.ARTIFACT_INVALID,
          SourceFailure.ARTIFACT_TOO_LARGE,
          SourceFailure.UNSUPPORTED_ARTIFACT ->
          Duration.ofDays(1);
      case SourceFailure.DIGEST_MISMATCH -> Duration.ofMinutes(10);
      default -> Duration.ZERO;
    };
  }
}
