package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/** Full name of a Git ref, such as {@code refs/heads/main}; syntax as git-check-ref-format(1). */
public record GitRef(@JsonValue String value) implements Comparable<GitRef> {

  private static final String HEADS = "refs/heads/";
  private static final String TAGS = "refs/tags/";
  private static final int MAX_LENGTH = 1024;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public GitRef {
    if (!wellFormed(value)) {
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

  @Override
  public int compareTo(GitRef other) {
    return value.compareTo(other.value);
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
