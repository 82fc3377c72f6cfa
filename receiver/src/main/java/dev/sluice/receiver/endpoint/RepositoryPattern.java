package dev.sluice.receiver.endpoint;

import dev.sluice.contract.name.Forge;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Pattern for the repositories that an endpoint accepts: a path on its host, in which {@code *}
 * matches within a name and {@code **} matches anything, such as {@code acme/*}.
 */
public record RepositoryPattern(String path) {

  private static final Pattern FORM = Pattern.compile("[^\\s/,][^\\s,]*");

  public RepositoryPattern {
    if (!FORM.matcher(path).matches()) {
      throw new IllegalArgumentException("expected repository=PATH such as acme/* or acme/shop");
    }
  }

  /** Returns the pattern for a forge's repositories; some forges ignore the case of paths. */
  static RepositoryPattern of(Forge forge, String path) {
    return new RepositoryPattern(forge.ignoresCase() ? path.toLowerCase(Locale.ROOT) : path);
  }

  /** Returns whether the pattern matches a path of a canonical name. */
  boolean matches(String candidate) {
    StringBuilder regex = new StringBuilder();
    for (String part : path.splitWithDelimiters("\\*\\*?", 0)) {
      regex.append(
          switch (part) {
            case "**" -> ".*";
            case "*" -> "[^/]*";
            default -> Pattern.quote(part);
          });
    }
    return candidate.matches(regex.toString());
  }
}
