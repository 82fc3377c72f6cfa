package dev.sluice.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.api.readmodel.Scope;
import dev.sluice.platform.config.ConfigurationException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Authentication by bearer token (RFC 6750). If no tokens are configured, every caller on this
 * machine is admitted, and a request has to name a loopback host: this keeps a web page from
 * sending requests through a visitor's browser (DNS rebinding).
 */
final class Access {

  private static final Principal LOCAL = new Principal("local", Role.ADMIN, Scope.ALL);
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?");
  private static final int LEAST_TOKEN = 16;

  private final List<Known> known;

  @SuppressWarnings("ArrayRecordComponent") // compared in constant time, never with equals
  private record Known(Principal principal, byte[] digest) {}

  private Access(List<Known> known) {
    this.known = known;
  }

  /**
   * Resolves the configured tokens.
   *
   * @throws ConfigurationException listing every token that is missing or too short
   */
  static Access resolve(List<TokenSetting> tokens) {
    List<Known> known = new ArrayList<>();
    List<ConfigurationException.Problem> problems = new ArrayList<>();
    for (TokenSetting token : tokens) {
      try {
        String secret = token.secret().resolve();
        if (secret.length() < LEAST_TOKEN) {
          throw new IllegalStateException(
              "the token at %s is shorter than %d characters"
                  .formatted(token.secret(), LEAST_TOKEN));
        }
        known.add(new Known(token.principal(), digest(secret)));
      } catch (IllegalStateException e) {
        problems.add(
            new ConfigurationException.Problem("--api-token", String.valueOf(e.getMessage())));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return new Access(List.copyOf(known));
  }

  boolean hasTokens() {
    return !known.isEmpty();
  }

  /**
   * Returns the principal that the token belongs to.
   *
   * @param host the host name in the request
   * @throws Problem 401 or 403
   */
  Principal authenticate(@Nullable String authorization, Optional<String> host) {
    if (known.isEmpty()) {
      if (host.filter(name -> LOOPBACK.matcher(name.toLowerCase(Locale.ROOT)).matches())
          .isEmpty()) {
        throw new Problem(
            403, "Host not allowed", "without tokens the API answers only requests to localhost");
      }
      return LOCAL;
    }
    return Optional.ofNullable(authorization)
        .filter(header -> header.regionMatches(true, 0, "Bearer ", 0, 7))
        .flatMap(header -> holder(digest(header.substring(7).strip())))
        .orElseThrow(
            () ->
                new Problem(
                    401,
                    "Not authenticated",
                    "give a token that the API knows: Authorization: Bearer TOKEN"));
  }

  private Optional<Principal> holder(byte[] digest) {
    Optional<Principal> holder = Optional.empty();
    for (Known one : known) {
      if (MessageDigest.isEqual(one.digest(), digest)) {
        holder = Optional.of(one.principal());
      }
    }
    return holder;
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
