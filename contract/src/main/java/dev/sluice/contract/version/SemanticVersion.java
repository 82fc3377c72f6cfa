package dev.sluice.contract.version;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Version as <a href="https://semver.org/spec/v2.0.0.html">Semantic Versioning 2.0.0</a> defines
 * it, optionally with a leading {@code v}. All three numbers are required, so that a tag such as
 * {@code v1} or {@code 20240131} is no version.
 *
 * <p>The natural order is the precedence of the specification. Versions of equal precedence are
 * ordered by their build metadata, whose identifiers are compared like those of a pre-release, and
 * then by their text, so that the order is total: {@code 1.4.0}, {@code v1.4.0}, {@code 1.4.0+9},
 * {@code 1.4.0+10}.
 *
 * @param text the version as it was written
 * @param core the major, minor and patch number
 * @param preRelease the identifiers of the pre-release; empty for a release
 * @param build the identifiers of the build metadata
 */
public record SemanticVersion(
    String text, List<Long> core, List<String> preRelease, List<String> build)
    implements Comparable<SemanticVersion> {

  /** Longer texts are no versions, which bounds the cost of hostile tags. */
  private static final int MAX_LENGTH = 256;

  private static final String NUMBER = "(0|[1-9][0-9]{0,17})";
  private static final String IDENTIFIERS = "([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*+)";
  private static final Pattern SYNTAX =
      Pattern.compile("v?N\\.N\\.N(?:-I)?(?:\\+I)?".replace("N", NUMBER).replace("I", IDENTIFIERS));
  private static final Pattern LEADING_ZERO = Pattern.compile("0[0-9]+");

  private static final Comparator<SemanticVersion> TOTAL =
      ((Comparator<SemanticVersion>) SemanticVersion::comparePrecedence)
          .thenComparing(SemanticVersion::build, SemanticVersion::compareIdentifiers)
          .thenComparing(SemanticVersion::text);

  public SemanticVersion {
    core = List.copyOf(core);
    preRelease = List.copyOf(preRelease);
    build = List.copyOf(build);
  }

  /** Parses a version; empty if the text is none. */
  public static Optional<SemanticVersion> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    List<String> preRelease = identifiers(matcher.group(4));
    if (preRelease.stream().anyMatch(one -> LEADING_ZERO.matcher(one).matches())) {
      return Optional.empty();
    }
    List<Long> core =
        List.of(
            Long.parseLong(matcher.group(1)),
            Long.parseLong(matcher.group(2)),
            Long.parseLong(matcher.group(3)));
    return Optional.of(new SemanticVersion(text, core, preRelease, identifiers(matcher.group(5))));
  }

  /** Returns the newest version among texts; those that are no versions are ignored. */
  public static Optional<SemanticVersion> newest(Collection<String> texts) {
    return texts.stream().flatMap(text -> parse(text).stream()).max(Comparator.naturalOrder());
  }

  /** Returns whether a text is a newer version than another. */
  public static boolean isNewer(String text, String than) {
    return newest(List.of(text, than)).filter(newest -> newest.text().equals(text)).isPresent()
        && !text.equals(than);
  }

  public boolean isPreRelease() {
    return !preRelease.isEmpty();
  }

  /** Compares versions without regard to their build metadata. */
  int comparePrecedence(SemanticVersion other) {
    return comparePrecedence(core, preRelease, other.core, other.preRelease);
  }

  static int comparePrecedence(
      List<Long> core, List<String> preRelease, List<Long> otherCore, List<String> otherPre) {
    for (int i = 0; i < core.size(); i++) {
      int order = Long.compare(core.get(i), otherCore.get(i));
      if (order != 0) {
        return order;
      }
    }
    // a release comes after its pre-releases
    return preRelease.isEmpty() || otherPre.isEmpty()
        ? Boolean.compare(preRelease.isEmpty(), otherPre.isEmpty())
        : compareIdentifiers(preRelease, otherPre);
  }

  @Override
  public int compareTo(SemanticVersion other) {
    return TOTAL.compare(this, other);
  }

  static List<String> identifiers(@Nullable String text) {
    return text == null ? List.of() : List.of(text.split("\\."));
  }

  private static int compareIdentifiers(List<String> one, List<String> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      int order = compareIdentifier(one.get(i), other.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(one.size(), other.size());
  }

  /** Compares numbers by value, texts by their characters, and a number as less than a text. */
  private static int compareIdentifier(String one, String other) {
    boolean isNumber = isNumber(one);
    if (isNumber != isNumber(other)) {
      return isNumber ? -1 : 1;
    }
    if (!isNumber) {
      return one.compareTo(other);
    }
    String digits = one.replaceFirst("^0+(?=.)", "");
    String otherDigits = other.replaceFirst("^0+(?=.)", "");
    int order = Integer.compare(digits.length(), otherDigits.length());
    return order != 0 ? order : digits.compareTo(otherDigits);
  }

  private static boolean isNumber(String identifier) {
    return identifier.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public String toString() {
    return text;
  }
}
