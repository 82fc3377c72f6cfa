package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.contract.name.AzureDevops.Location;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The one canonical name of a repository: {@code host[:port]/path} without {@code .git}. Webhooks,
 * fleet definitions and topics all key by it, and it is computed nowhere else.
 *
 * <p>The host is in lower case, and the path where the forge ignores its case; the port is there
 * where it is not the default of http or https. Spaces and characters that end a path in URLs are
 * escaped as in URLs, in lower case: {@code my%20repo}.
 */
public record RepositoryId(@JsonValue String value) implements Comparable<RepositoryId> {

  private static final int MAX_LENGTH = 512;
  private static final Pattern HOST =
      Pattern.compile("[a-z0-9_]([a-z0-9_.:-]*[a-z0-9_])?|\\[[0-9a-f:]+](:[0-9]+)?");
  private static final Pattern SEGMENT =
      Pattern.compile("(?:[^\\x00-\\x20\\x7f#?%\\\\/]|%(?:20|23|25|3f))+");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public RepositoryId {
    if (!isCanonical(value)) {
      throw new IllegalArgumentException(
          "'%s' is not a canonical repository name (host[:port]/path, the host in lower case)"
              .formatted(Names.abbreviated(value)));
    }
  }

  /**
   * Returns the name that a clone URL means: https, ssh, scp-like ({@code git@host:path}) and file
   * URLs, the last on the host {@code localhost}. The port of ssh is left out, since a forge's ssh
   * and https ports differ.
   *
   * @throws IllegalArgumentException if the URL is of none of these forms
   */
  public static RepositoryId fromUrl(String url) {
    return fromUrl(url, Optional.empty());
  }

  /**
   * Returns the name that a clone URL of a forge means.
   *
   * @param forge says whether the path's case counts; if it is not known, it counts, but for the
   *     public forges' own hosts
   * @throws IllegalArgumentException if the URL is of none of these forms
   */
  public static RepositoryId fromUrl(String url, Optional<Forge> forge) {
    CloneUrl parts = CloneUrl.parse(url);
    return of(parts.user(), parts.authority(), parts.path(), forge);
  }

  /**
   * Reads a name as people write it: {@code host[:port]/path} in any case, or a clone URL.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static RepositoryId parse(String text) {
    return parse(text, Optional.empty());
  }

  /** Reads a name of a repository of that forge as people write it. */
  public static RepositoryId parse(String text, Optional<Forge> forge) {
    boolean isName = text.indexOf("://") < 0 && text.matches("[^/@]+/.*");
    return fromUrl(isName ? "https://" + text : text, forge);
  }

  /** The name of the repository at a place, if the case of its path is as {@code forge} has it. */
  static RepositoryId of(
      Optional<String> user, String authority, List<String> path, Optional<Forge> forge) {
    boolean ignoresCase =
        forge.map(Forge::ignoresCase).orElse(false)
            || Forge.ofHost(authority).isPresent()
            || AzureDevops.isAzure(authority);
    List<String> segments = ignoresCase ? PathSegments.ignoringCase(path) : path;
    Location location = AzureDevops.located(user, authority, PathSegments.withoutSuffix(segments));
    return new RepositoryId(location.authority() + "/" + PathSegments.canonical(location.path()));
  }

  /**
   * The repository with another name in the same place.
   *
   * @param name without escapes; its case is ignored
   * @throws IllegalArgumentException if it is no name
   */
  public RepositoryId beside(String name) {
    List<String> segment = PathSegments.ignoringCase(List.of(name));
    return new RepositoryId(
        value.substring(0, value.lastIndexOf('/') + 1) + PathSegments.canonical(segment));
  }

  /**
   * The same for all names that differ by case only: the key of records, by which they find their
   * partition, and the name to compare by where a needless look costs nothing.
   */
  public String key() {
    return value.toLowerCase(Locale.ROOT);
  }

  /** Whether the names are the same but for case. */
  public boolean equalsIgnoringCase(RepositoryId other) {
    return key().equals(other.key());
  }

  private static boolean isCanonical(String name) {
    int slash = name.indexOf('/');
    if (slash < 0
        || name.length() > MAX_LENGTH
        || !HOST.matcher(name.substring(0, slash)).matches()) {
      return false;
    }
    for (String segment : name.substring(slash + 1).split("/", -1)) {
      if (segment.equals(".") || segment.equals("..") || !SEGMENT.matcher(segment).matches()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(RepositoryId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
