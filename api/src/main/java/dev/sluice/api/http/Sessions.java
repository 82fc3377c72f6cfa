package dev.sluice.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sessions of browsers whose user signed in with a token. They are in memory only: after a restart
 * of the API users sign in again. Not more than {@value #MAX_EACH} are kept of a token, and {@value
 * #MAX} of all; the oldest ends first.
 */
final class Sessions {

  static final Duration LIFETIME = Duration.ofHours(12);
  static final int MAX = 1_000;
  static final int MAX_EACH = 20;

  private static final int RANDOM_BYTES = 32;

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  /** Sessions by the secret in the cookie, oldest first. */
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  /**
   * Session of a browser.
   *
   * @param proof the value that a request must repeat in a header if it writes; another site cannot
   *     read it
   */
  record Session(Principal principal, String proof, Instant until) {

    boolean isProvenBy(Optional<String> header) {
      return header
          .filter(sent -> MessageDigest.isEqual(sent.getBytes(UTF_8), proof.getBytes(UTF_8)))
          .isPresent();
    }
  }

  Sessions(Clock clock) {
    this.clock = clock;
  }

  /** Opens a session; returns the secret for its cookie. */
  synchronized String open(Principal principal) {
    sessions.values().removeIf(this::isOver);
    List<String> own =
        sessions.entrySet().stream()
            .filter(entry -> entry.getValue().principal().equals(principal))
            .map(Map.Entry::getKey)
            .toList();
    if (own.size() >= MAX_EACH) {
      sessions.remove(own.getFirst());
    } else if (sessions.size() >= MAX) {
      sessions.remove(sessions.keySet().iterator().next());
    }
    String secret = secret();
    sessions.put(secret, new Session(principal, secret(), clock.instant().plus(LIFETIME)));
    return secret;
  }

  synchronized Optional<Session> find(String secret) {
    return Optional.ofNullable(sessions.get(secret)).filter(session -> !isOver(session));
  }

  synchronized void end(String secret) {
    sessions.remove(secret);
  }

  private boolean isOver(Session session) {
    return !clock.instant().isBefore(session.until());
  }

  private String secret() {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
