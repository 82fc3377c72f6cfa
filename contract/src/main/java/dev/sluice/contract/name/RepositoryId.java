package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.contract.name.AzureDevops.Location;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The canonical name of a repository: {@code host[:port]/path} without {@code .git}. It is the key
 * of repositories in webhooks, fleet definitions and topics.
 *
 * <p>The host is in lower case, and so is the path if the forge ignores its case. The port is
 * omitted if it is the default of http or https. Spaces and characters that are special in URL
 * paths are escaped as in URLs, in lower case: {@code my%20repo}.
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
   * Returns the name of the repository at a clone URL: https, ssh, scp-like ({@code git@host:path})
   * or file, where the host of file URLs is {@code localhost}. The port of ssh is omitted, because
   * it differs from that of https.
   *
   * @throws IllegalArgumentException if the URL has none of these forms
   */
  public static RepositoryId fromUrl(String url) {
    return fromUrl(url, Optional.empty());
  }

  /**
   * Returns the name of the repository at a clone URL of a forge.
   *
   * @param forge determines whether the path's case matters; without it, case matters except at the
   *     public forges' hosts
   * @throws IllegalArgumentException if the URL has none of these forms
   */
  public static RepositoryId fromUrl(String url, Optional<Forge> forge) {
    CloneUrl parts = CloneUrl.parse(url);
    return of(parts.user(), parts.authority(), parts.path(), forge);
  }

  /**
   * Parses {@code host[:port]/path} in any case, or a clone URL.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static RepositoryId parse(String text) {
    return parse(text, Optional.empty());
  }

  /** Parses {@code host[:port]/path} in any case, or a clone URL, of a forge. */
  public static RepositoryId parse(String text, Optional<Forge> forge) {
    boolean isName = text.indexOf("://") < 0 && text.matches("[^/@]+/.*");
    return fromUrl(isName ? "https://" + text : text, forge);
  }

  /** Returns the name of the repository at a location. */
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
   * Returns the repository with another last path segment.
   *
   * @param name the segment, decoded; its case is ignored
   * @throws IllegalArgumentException if it is not a valid segment
   */
  public RepositoryId beside(String name) {
    List<String> segment = PathSegments.ignoringCase(List.of(name));
    return new RepositoryId(
        value.substring(0, value.lastIndexOf('/') + 1) + PathSegments.canonical(segment));
  }

  /**
   * Returns the name in lower case, equal for all names that differ only by case. It is the key of
   * records and so determines their partition, and it serves for comparisons where a false match
   * only causes a needless evaluation.
   */
  public String key() {
    return value.toLowerCase(Locale.ROOT);
  }

  /** Returns whether the names are equal, ignoring case. */
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
