package dev.sluice.inputs.helm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The versions that a chart may depend on, as Helm reads them (<a
 * href="https://github.com/Masterminds/semver#checking-version-constraints">the rules of its
 * library</a>).
 *
 * @param alternatives of which one has to hold: all of its comparisons
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

  /** Empty if it is not understood. */
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

  /** Whether a version is certainly not in the range; of pre-releases nothing is certain. */
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
   * One comparison with a version, of which parts may be left out.
   *
   * @param numbers those that are given, from the left
   * @param preRelease whether it is before the release of these numbers
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

    /** Of {@code ~0.0.0} the library makes any version. */
    private boolean isZero() {
      return numbers.equals(List.of(0, 0, 0));
    }

    /** How many numbers {@code ^} holds fast: up to the first that is not 0. */
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

    /** Of the release to this version, where what is left out is 0. */
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
