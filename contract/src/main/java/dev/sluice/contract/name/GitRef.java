package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.contract.version.VersionRange;
import java.util.Optional;

/**
 * Full name of a Git ref, such as {@code refs/heads/main}, with the syntax of
 * git-check-ref-format(1); or, in a source, the newest tag whose version is in a range, such as
 * {@code semver >=1.4 <2}.
 */
public record GitRef(@JsonValue String value) implements Comparable<GitRef> {

  private static final String HEADS = "refs/heads/";
  private static final String TAGS = "refs/tags/";
  private static final String SEMVER = "semver ";
  private static final int MAX_LENGTH = 1024;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public GitRef {
    if (!wellFormed(value) && versions(value).isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' is not a full Git ref name such as refs/heads/main"
              .formatted(Names.abbreviated(value)));
    }
  }

  public static GitRef branch(String name) {
    return new GitRef(HEADS + name);
  }

  public static GitRef tag(String name) {
    return new GitRef(TAGS + name);
  }

  /**
   * Returns the newest tag whose version is in a range.
   *
   * @throws IllegalArgumentException if the text is no range
   */
  public static GitRef semver(String range) {
    return new GitRef(
        SEMVER
            + VersionRange.parse(range)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "'%s' is not a range of versions such as '>=1.4 <2', '^1.2' or '~1.4 || >=3'"
                                .formatted(Names.abbreviated(range)))));
  }

  /** Parses a full ref, or the name of a branch. */
  public static GitRef parse(String name) {
    return name.startsWith("refs/") ? new GitRef(name) : branch(name);
  }

  /** Returns the branch's name, if this is a branch. */
  public Optional<String> branchName() {
    return value.startsWith(HEADS)
        ? Optional.of(value.substring(HEADS.length()))
        : Optional.empty();
  }

  /** Returns the tag's name, if this is a tag. */
  public Optional<String> tagName() {
    return value.startsWith(TAGS) ? Optional.of(value.substring(TAGS.length())) : Optional.empty();
  }

  /** Returns the range of versions, if this is the newest tag of one. */
  public Optional<VersionRange> versions() {
    return versions(value);
  }

  /**
   * Returns whether a change of another ref may change the commit of this one: the same ref, or a
   * tag whose version is in the range.
   */
  public boolean follows(GitRef changed) {
    return equals(changed)
        || versions()
            .filter(range -> changed.tagName().filter(range::admits).isPresent())
            .isPresent();
  }

  @Override
  public int compareTo(GitRef other) {
    return value.compareTo(other.value);
  }

  private static Optional<VersionRange> versions(String value) {
    return value.startsWith(SEMVER)
        ? VersionRange.parse(value.substring(SEMVER.length()))
        : Optional.empty();
  }

  private static boolean wellFormed(String ref) {
    if (!ref.startsWith("refs/") || ref.length() > MAX_LENGTH || ref.endsWith(".")) {
      return false;
    }
    if (ref.contains("..") || ref.contains("@{")) {
      return false;
    }
    for (String component : ref.split("/", -1)) {
      if (component.isEmpty() || component.startsWith(".") || component.endsWith(".lock")) {
        return false;
      }
    }
    return ref.chars().noneMatch(c -> c <= ' ' || c == 0x7f || "~^:?*[\\".indexOf(c) >= 0);
  }

  @Override
  public String toString() {
    return value;
  }
}
