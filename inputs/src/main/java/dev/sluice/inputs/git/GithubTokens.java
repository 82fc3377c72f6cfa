package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.GithubApp;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Installation tokens of GitHub Apps, one for each remote. GitHub issues them for an hour; a token
 * is renewed while it is valid for longer than the longest fetch. Safe for concurrent use.
 */
final class GithubTokens {

  private static final Duration LONGEST_USE = Duration.ofMinutes(20);

  private final Clock clock;
  private final Map<Remote, GithubApi.Token> tokens = new ConcurrentHashMap<>();

  GithubTokens(Clock clock) {
    this.clock = clock;
  }

  /**
   * Returns a valid token; blocks on the network if a new one is needed.
   *
   * @throws IllegalStateException if the app's key cannot be read; the message has the location
   *     only
   */
  String token(GithubApp app, Remote remote) throws GithubApi.RefusedException {
    GithubApi.Token known = tokens.get(remote);
    if (known != null && clock.instant().isBefore(known.expiresAt().minus(LONGEST_USE))) {
      return known.value();
    }
    GithubApi.Token fresh = GithubApi.of(app, remote).token(clock.instant());
    tokens.put(remote, fresh);
    return fresh.value();
  }

  /** Removes the token of a remote, which the server has refused. */
  void forget(Remote remote) {
    tokens.remove(remote);
  }
}
