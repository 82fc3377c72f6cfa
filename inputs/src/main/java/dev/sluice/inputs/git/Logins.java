package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.platform.process.ProxyLogins;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The credentials of remotes: reads them at each request, since they may have been rotated, and
 * remembers which ones a server accepted, so that a refusal can be explained. The memory begins
 * with the process. Safe for concurrent use.
 */
final class Logins {

  private final Clock clock;
  private final GithubTokens tokens;
  private final Map<Remote, Acceptance> accepted = new ConcurrentHashMap<>();

  Logins(Clock clock) {
    ProxyLogins.permit();
    this.clock = clock;
    this.tokens = new GithubTokens(clock);
  }

  /**
   * The credentials of one request.
   *
   * @param login for a request by HTTP
   * @param digest identifies the value of the secret, which is a key for SSH; empty if there is
   *     none
   */
  record Used(Optional<Remote.Login> login, Optional<String> digest) {
    static final Used NONE = new Used(Optional.empty(), Optional.empty());
  }

  /** What the server's former answers say about credentials that it refuses now. */
  enum Past {
    /** This process has not seen the server accept any value. */
    UNKNOWN,
    /** The server accepted the same value before. */
    ACCEPTED,
    /** The server accepted another value before. */
    OTHER_ACCEPTED
  }

  /**
   * The last time that a server accepted a secret.
   *
   * @param digest identifies its value
   */
  private record Acceptance(String digest, Instant at) {}

  /** An explanation of refused credentials. */
  record History(Past past, Optional<Instant> acceptedAt) {
    static final History UNKNOWN = new History(Past.UNKNOWN, Optional.empty());
  }

  /**
   * Reads the credentials of a remote; may ask GitHub for a token.
   *
   * @throws IllegalStateException if they cannot be read; the message has the location only
   * @throws GithubApi.RefusedException if GitHub issues no token
   */
  Used read(Remote remote) throws GithubApi.RefusedException {
    if (remote.githubApp().isPresent()) {
      String token = tokens.token(remote.githubApp().get(), remote);
      return new Used(
          Optional.of(new Remote.Login(Remote.TOKEN_USER, token)), Optional.of(digest(token)));
    }
    Optional<String> secret = remote.credentials().map(SecretReference::resolve);
    Optional<String> key =
        remote.ssh().flatMap(SshAccess::privateKey).map(SecretReference::resolve);
    return new Used(secret.map(Remote.Login::parse), key.or(() -> secret).map(Logins::digest));
  }

  /** Notes that the server accepted the credentials of a request. */
  void accepted(Remote remote, Used used) {
    used.digest()
        .ifPresent(digest -> accepted.put(remote, new Acceptance(digest, clock.instant())));
  }

  /** Returns what is known of credentials that a request failed with. */
  History history(Remote remote, Used used) {
    Acceptance last = accepted.get(remote);
    if (last == null || used.digest().isEmpty()) {
      return History.UNKNOWN;
    }
    return new History(
        used.digest().get().equals(last.digest()) ? Past.ACCEPTED : Past.OTHER_ACCEPTED,
        Optional.of(last.at()));
  }

  /** Notes that the server refused the credentials, so that a new token is issued. */
  void refused(Remote remote) {
    tokens.forget(remote);
  }

  private static String digest(String secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
