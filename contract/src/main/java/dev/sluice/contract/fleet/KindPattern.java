package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.contract.name.GroupKind;
import java.util.Optional;

/**
 * A pattern of kinds, as {@code Kind.group}, or {@code Kind} in the core group; {@code *} alone is
 * every kind of every group. A pattern of cluster-scoped kinds may also restrict the names of the
 * objects: {@code Kind.group/NAME}. Each part may have the wildcards of {@link NamePattern}.
 */
public record KindPattern(NamePattern kind, NamePattern group, Optional<NamePattern> name) {

  private static final String ANY = "*";

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if a part is missing
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static KindPattern parse(String text) {
    int slash = text.indexOf('/');
    String kinds = slash < 0 ? text : text.substring(0, slash);
    Optional<NamePattern> name =
        slash < 0 ? Optional.empty() : Optional.of(new NamePattern(text.substring(slash + 1)));
    int dot = kinds.indexOf('.');
    if (kinds.isEmpty() || dot == 0 || dot == kinds.length() - 1) {
      throw new IllegalArgumentException(
          "a kind is written Kind.group, Kind in the core group, or * for all, not '%s'"
              .formatted(text));
    }
    if (dot >= 0) {
      return new KindPattern(
          new NamePattern(kinds.substring(0, dot)),
          new NamePattern(kinds.substring(dot + 1)),
          name);
    }
    return new KindPattern(
        new NamePattern(kinds), new NamePattern(kinds.equals(ANY) ? ANY : CORE), name);
  }

  /** Stands for the core group, whose name is empty; no group has this name. */
  private static final String CORE = "-";

  /** Returns whether the pattern has objects of this kind and name. */
  public boolean matches(GroupKind other, String objectName) {
    boolean isGroup =
        other.group().isEmpty()
            ? group.text().equals(CORE) || group.text().equals(ANY)
            : group.matches(other.group());
    return isGroup
        && kind.matches(other.kind())
        && name.map(pattern -> pattern.matches(objectName)).orElse(true);
  }

  @Override
  @JsonValue
  public String toString() {
    String kinds =
        group.text().equals(CORE) || (group.text().equals(ANY) && kind.text().equals(ANY))
            ? kind.text()
            : kind + "." + group;
    return name.map(pattern -> kinds + "/" + pattern).orElse(kinds);
  }
}
