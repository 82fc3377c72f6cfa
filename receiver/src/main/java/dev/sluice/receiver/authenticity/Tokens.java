package dev.sluice.receiver.authenticity;

import java.security.MessageDigest;
import java.util.List;

/** Secrets that are sent in plain text. */
final class Tokens {

  private final List<byte[]> tokens;

  /**
   * Creates the tokens.
   *
   * @throws IllegalArgumentException if there is no token, or an empty one
   */
  Tokens(List<byte[]> tokens) {
    if (tokens.isEmpty() || tokens.stream().anyMatch(token -> token.length == 0)) {
      throw new IllegalArgumentException("at least one token is needed, none of them empty");
    }
    this.tokens = List.copyOf(tokens);
  }

  boolean contain(byte[] given) {
    boolean known = false;
    for (byte[] token : tokens) {
      // the time of isEqual depends only on the length of its first argument, which the sender
      // chose
      known |= MessageDigest.isEqual(given, token);
    }
    return known;
  }
}
