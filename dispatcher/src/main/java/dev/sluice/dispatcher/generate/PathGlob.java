package dev.sluice.dispatcher.generate;

import dev.sluice.contract.fleet.NamePattern;
import java.util.List;
import java.util.Optional;

/**
 * Glob for paths from a repository's root: {@code *} is any text within a name, {@code ?} one
 * character of a name, and the name {@code **} any number of directories, or at the end everything
 * below. Matches in time proportional to the product of both lengths.
 */
public record PathGlob(String text, List<Step> steps) {

  private static final int LONGEST = 500;

  /**
   * One name of the glob.
   *
   * @param pattern of the name; empty for any number of directories
   */
  record Step(Optional<NamePattern> pattern, boolean isLiteral) {

    boolean matches(String name) {
      return pattern.filter(one -> one.matches(name)).isPresent();
    }
  }

  public PathGlob {
    steps = List.copyOf(steps);
  }

  /**
   * Parses a glob.
   *
   * @throws IllegalArgumentException if it is no relative path, or has {@code **} within a name
   */
  public static PathGlob parse(String text) {
    if (text.isEmpty() || text.length() > LONGEST || text.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException("must be a glob of 1 to %d characters".formatted(LONGEST));
    }
    List<String> names = List.of(text.split("/", -1));
    if (names.stream().anyMatch(name -> name.isEmpty() || name.equals(".") || name.equals(".."))) {
      throw new IllegalArgumentException(
          "must be a glob from the repository's root, such as apps/*, without //, . and ..");
    }
    if (text.contains("**/**")) {
      throw new IllegalArgumentException("has ** twice in a row: one is enough");
    }
    return new PathGlob(text, names.stream().map(PathGlob::step).toList());
  }

  private static Step step(String name) {
    if (name.equals("**")) {
      return new Step(Optional.empty(), false);
    }
    if (name.contains("**")) {
      throw new IllegalArgumentException("has ** within a name: write it as a name of its own");
    }
    return new Step(Optional.of(new NamePattern(name)), !name.contains("*") && !name.contains("?"));
  }

  /** Returns whether a path matches. */
  public boolean matches(String path) {
    String[] names = path.split("/", -1);
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (in < names.length) {
      if (at < steps.size() && steps.get(at).pattern().isEmpty()) {
        star = at++;
        resume = in;
      } else if (at < steps.size() && steps.get(at).matches(names[in])) {
        at++;
        in++;
      } else if (star >= 0) {
        at = star + 1;
        in = ++resume;
      } else {
        return false;
      }
    }
    return at == steps.size();
  }

  @Override
  public String toString() {
    return text;
  }
}
