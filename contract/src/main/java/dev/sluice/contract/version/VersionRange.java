package dev.sluice.contract.version;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Range of versions, with the syntax and meaning that Helm, Flux and Argo CD share (<a
 * href="https://github.com/Masterminds/semver#checking-version-constraints">the rules of their
 * library</a>).
 */
public final class VersionRange {

  /** Longer texts are no ranges. */
  private static final int MAX_LENGTH = 512;

  private static final Pattern HYPHEN = Pattern.compile("(\\S+)\\s+-\\s+(\\S+)");
  private static final Pattern AFTER_OPERATOR = Pattern.compile("([=!<>~^])\\s+");
  private static final Pattern SEPARATOR = Pattern.compile("\\s*,\\s*|\\s+");
  private static final Pattern COMPARISON =
      Pattern.compile(
          "(|=|!=|>|<|>=|=>|<=|=<|~|~>|\\^)v?(N)(?:\\.(N))?(?:\\.(N))?(?:-(I))?(?:\\+(I))?"
              .replace("N", "[0-9]{1,18}|[xX*]")
              .replace("I", "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*+"));

  private final String text;

  /** A version is in the range if all comparisons of one alternative hold. */
  private final List<List<Comparison>> alternatives;

  private VersionRange(String text, List<List<Comparison>> alternatives) {
    this.text = text;
    this.alternatives = List.copyOf(alternatives);
  }

  /** Parses a range; empty if its syntax is unknown. */
  public static Optional<VersionRange> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    List<List<Comparison>> alternatives = new ArrayList<>();
    for (String alternative : text.split("\\|\\|", -1)) {
      String bounds = HYPHEN.matcher(alternative).replaceAll(">=$1 <=$2");
      String glued = AFTER_OPERATOR.matcher(bounds).replaceAll("$1").strip();
      List<Comparison> comparisons = new ArrayList<>();
      for (String comparison : SEPARATOR.split(glued, -1)) {
        Matcher matcher = COMPARISON.matcher(comparison);
        if (!matcher.matches()) {
          return Optional.empty();
        }
        comparisons.add(Comparison.of(matcher));
      }
      alternatives.add(comparisons);
    }
    return Optional.of(new VersionRange(text.strip().replaceAll("\\s+", " "), alternatives));
  }

  /**
   * Returns whether a version is in the range. A pre-release is only if a comparison of the same
   * alternative names a pre-release, such as {@code >=1.4.0-0}.
   */
  public boolean admits(SemanticVersion version) {
    return alternatives.stream()
        .filter(all -> !version.isPreRelease() || all.stream().anyMatch(Comparison::isPreRelease))
        .anyMatch(all -> all.stream().allMatch(one -> one.holds(version)));
  }

  /** Returns whether a text is a version that is in the range. */
  public boolean admits(String version) {
    return SemanticVersion.parse(version).filter(this::admits).isPresent();
  }

  /**
   * Returns the newest version among texts that is in the range; those that are no versions are
   * ignored.
   */
  public Optional<SemanticVersion> newest(Collection<String> texts) {
    return texts.stream()
        .flatMap(text -> SemanticVersion.parse(text).stream())
        .filter(this::admits)
        .max(Comparator.naturalOrder());
  }

  /** Returns whether a version is certainly not in the range; never true for pre-releases. */
  public boolean excludes(String version) {
    return SemanticVersion.parse(version)
        .filter(release -> !release.isPreRelease() && !admits(release))
        .isPresent();
  }

  /** Returns the range as it was written, with single spaces. */
  @Override
  public String toString() {
    return text;
  }

  /**
   * One comparison with a version that may be partial.
   *
   * @param numbers the given numbers, from the left; the others are wildcards
   * @param preRelease the identifiers of a pre-release
   */
  private record Comparison(String operator, List<Long> numbers, List<String> preRelease) {

    static Comparison of(Matcher matcher) {
      List<Long> numbers = new ArrayList<>();
      for (int group = 2; group <= 4; group++) {
        String text = matcher.group(group);
        if (text == null || !Character.isDigit(text.charAt(0))) {
          break;
        }
        numbers.add(Long.parseLong(text));
      }
      return new Comparison(
          matcher.group(1), List.copyOf(numbers), SemanticVersion.identifiers(matcher.group(5)));
    }

    boolean isPreRelease() {
      return !preRelease.isEmpty();
    }

    boolean holds(SemanticVersion version) {
      int order = order(version);
      int given = numbers.size();
      return switch (operator) {
        case "", "=" -> isWhole() ? order == 0 : order >= 0 && same(version, given);
        case "!=" -> isWhole() ? order != 0 : !same(version, given);
        case ">" -> order > 0 && (isWhole() || !same(version, given));
        case "<" -> order < 0;
        case ">=", "=>" -> order >= 0;
        case "<=", "=<" -> order <= 0 || (!isWhole() && same(version, given));
        case "~", "~>" -> order >= 0 && (isZero() || same(version, Math.min(2, given)));
        default -> order >= 0 && same(version, significant());
      };
    }

    private boolean isWhole() {
      return numbers.size() == 3;
    }

    /** Returns whether this is {@code ~0.0.0}, which the library treats as any version. */
    private boolean isZero() {
      return numbers.equals(List.of(0L, 0L, 0L));
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

    private boolean same(SemanticVersion version, int count) {
      return version.core().subList(0, count).equals(numbers.subList(0, count));
    }

    /** Compares a version to this one, with missing numbers as 0. */
    private int order(SemanticVersion version) {
      List<Long> filled = new ArrayList<>(numbers);
      while (filled.size() < 3) {
        filled.add(0L);
      }
      return SemanticVersion.comparePrecedence(
          version.core(), version.preRelease(), filled, preRelease);
    }
  }
}
