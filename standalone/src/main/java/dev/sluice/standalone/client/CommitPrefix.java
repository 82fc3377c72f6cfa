package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import java.util.Locale;
import java.util.Optional;

/** Commit id as it is typed: the first seven digits or more. */
final class CommitPrefix {

  private static final int FULL = 40;

  private CommitPrefix() {}

  /** Returns the digits in lower case. */
  static String parse(String text) {
    String digits = text.toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{7,64}")) {
      throw new ExitException(
          2, "expected a commit id, or its first seven digits or more, not '%s'".formatted(text));
    }
    return digits;
  }

  /** Returns the full id, which the API looks up if it is abbreviated. */
  static String full(Api api, String text) {
    String digits = parse(text);
    if (digits.length() >= FULL) {
      return digits;
    }
    Optional<JsonNode> known = api.find("/api/v1/commits/" + digits);
    return known
        .orElseThrow(
            () ->
                new ExitException(
                    1, "no known commit begins with %s: give the full id".formatted(digits)))
        .get("commit")
        .asText();
  }
}
