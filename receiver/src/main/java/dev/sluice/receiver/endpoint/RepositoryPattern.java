package dev.sluice.receiver.endpoint;

import dev.sluice.contract.name.Forge;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Says which repositories an endpoint takes: a path on its host, where {@code *} stands for
 * anything within a name and {@code **} for anything at all, such as {@code acme/*}.
 */
public record RepositoryPattern(String path) {

  private static final Pattern FORM = Pattern.compile("[^\\s/,][^\\s,]*");

  public RepositoryPattern {
    if (!FORM.matcher(path).matches()) {
      throw new IllegalArgumentException("expected repository=PATH such as acme/* or acme/shop");
    }
  }

  /** The pattern for repositories of a forge, which may ignore the case of their paths. */
  static RepositoryPattern of(Forge forge, String path) {
    return new RepositoryPattern(forge.ignoresCase() ? path.toLowerCase(Locale.ROOT) : path);
  }

  /** Whether a path, as canonical names have it, is one of those. */
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
