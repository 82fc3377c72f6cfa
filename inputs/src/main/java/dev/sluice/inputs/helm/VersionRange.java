package dev.sluice.inputs.helm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of versions in a chart's dependency, with Helm's semantics (<a
 * href="https://github.com/Masterminds/semver#checking-version-constraints">the rules of its
 * library</a>).
 *
 * @param alternatives a version is in the range if all comparisons of one alternative hold
 */
record VersionRange(List<List<Comparison>> alternatives) {

  private static final Pattern HYPHEN = Pattern.compile("(\\S+)\\s+-\\s+(\\S+)");
  private static final Pattern AFTER_OPERATOR = Pattern.compile("([=!<>~^])\\s+");
  private static final Pattern COMPARISON =
      Pattern.compile(
          "(|=|!=|>|<|>=|=>|<=|=<|~|~>|\\^)v?(N)(?:\\.(N))?(?:\\.(N))?(-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?"
              .replace("N", "\\d{1,9}|[xX*]"));
  private static final Pattern RELEASE =
      Pattern.compile("v?(\\d{1,9})\\.(\\d{1,9})\\.(\\d{1,9})(?:\\+.*)?");

  /** Parses a range; empty if its syntax is unknown. */
  static Optional<VersionRange> parse(String text) {
    List<List<Comparison>> alternatives = new ArrayList<>();
    for (String alternative : text.split("\\|\\|", -1)) {
      String bounds = HYPHEN.matcher(alternative).replaceAll(">=$1 <=$2");
      String glued = AFTER_OPERATOR.matcher(bounds).replaceAll("$1").strip();
      List<Comparison> comparisons = new ArrayList<>();
      for (String comparison : glued.split("[\\s,]+", -1)) {
        Matcher matcher = COMPARISON.matcher(comparison);
        if (!matcher.matches()) {
          return Optional.empty();
        }
        comparisons.add(Comparison.of(matcher));
      }
      alternatives.add(List.copyOf(comparisons));
    }
    return Optional.of(new VersionRange(List.copyOf(alternatives)));
  }

  /** Returns whether a version is certainly not in the range; never true for pre-releases. */
  boolean excludes(String version) {
    Matcher release = RELEASE.matcher(version);
    if (!release.matches()) {
      return false;
    }
    List<Integer> numbers = List.of(number(release, 1), number(release, 2), number(release, 3));
    return alternatives.stream().noneMatch(all -> all.stream().allMatch(one -> one.holds(numbers)));
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  /**
   * One comparison with a version that may be partial.
   *
   * @param numbers the given numbers, from the left
   * @param preRelease whether the version is a pre-release
   */
  private record Comparison(String operator, List<Integer> numbers, boolean preRelease) {

    static Comparison of(Matcher matcher) {
      List<Integer> numbers = new ArrayList<>();
      for (int group = 2; group <= 4; group++) {
        String text = matcher.group(group);
        if (text == null || !Character.isDigit(text.charAt(0))) {
          break;
        }
        numbers.add(Integer.parseInt(text));
      }
      return new Comparison(matcher.group(1), List.copyOf(numbers), matcher.group(5) != null);
    }

    boolean holds(List<Integer> release) {
      int order = order(release);
      boolean whole = numbers.size() == 3;
      return switch (operator) {
        case "", "=" -> whole ? order == 0 : same(release, numbers.size());
        case "!=" -> whole ? order != 0 : !same(release, numbers.size());
        case ">" -> order > 0 && (whole || !same(release, numbers.size()));
        case "<" -> order < 0;
        case ">=", "=>" -> order >= 0;
        case "<=", "=<" -> order <= 0 || (!whole && same(release, numbers.size()));
        case "~", "~>" -> order >= 0 && (isZero() || same(release, Math.min(2, numbers.size())));
        default -> order >= 0 && same(release, significant());
      };
    }

    /** Returns whether this is {@code ~0.0.0}, which the library treats as any version. */
    private boolean isZero() {
      return numbers.equals(List.of(0, 0, 0));
    }

    /**
     * Returns the number of leading numbers that {@code ^} keeps fixed: up to the first that is not
     * 0.
     */
    private int significant() {
      for (int i = 0; i < numbers.size(); i++) {
        if (numbers.get(i) > 0) {
          return i + 1;
        }
      }
      return numbers.size();
    }

    private boolean same(List<Integer> release, int count) {
      return release.subList(0, count).equals(numbers.subList(0, count));
    }

    /** Compares a release to this version, with missing numbers as 0. */
    private int order(List<Integer> release) {
      for (int i = 0; i < 3; i++) {
        int order = Integer.compare(release.get(i), i < numbers.size() ? numbers.get(i) : 0);
        if (order != 0) {
          return order;
        }
      }
      return preRelease ? 1 : 0;
    }
  }
}
