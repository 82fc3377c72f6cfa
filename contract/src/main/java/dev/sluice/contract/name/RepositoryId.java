package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one canonical name of a repository: {@code host/path}, lower case, without {@code .git}.
 * Webhooks, fleet definitions and topics all key by it, and it is computed nowhere else.
 */
public record RepositoryId(@JsonValue String value) implements Comparable<RepositoryId> {

  private static final Pattern SCP = Pattern.compile("(?:[^@/]+@)?([^/:@]+):(?!//)(.+)");
  private static final Pattern URL =
      Pattern.compile("([a-z][a-z0-9+.-]*)://(?:[^@/]*@)?([^/:@]*)(?::(\\d+))?/(.*)");
  private static final int MAX_LENGTH = 512;
  private static final String NOT_IN_PATHS = "#?%\\";

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public RepositoryId {
    if (!isCanonical(value)) {
      throw new IllegalArgumentException(
          "'%s' is not a canonical repository name (host/path, lower case)"
              .formatted(Names.abbreviated(value)));
    }
  }

  /**
   * The name of the repository {@code path} (such as {@code owner/name}) on a forge's host.
   *
   * @throws IllegalArgumentException if the two do not make a canonical name
   */
  public static RepositoryId of(String host, String path) {
    String trimmed = trimSlashes(path);
    if (trimmed.endsWith(".git")) {
      trimmed = trimmed.substring(0, trimmed.length() - ".git".length());
    }
    return new RepositoryId((host + "/" + trimmed).toLowerCase(Locale.ROOT));
  }

  /**
   * The name that a clone URL means: https, ssh, scp-like ({@code git@host:path}) and file URLs,
   * the last on the host {@code localhost}. Ports are left out: a forge's ssh and https ports
   * differ.
   *
   * @throws IllegalArgumentException if the URL is of none of these forms
   */
  public static RepositoryId fromUrl(String url) {
    Matcher full = URL.matcher(url);
    if (full.matches()) {
      String host = full.group(2).isEmpty() ? "localhost" : full.group(2);
      return of(host, full.group(4));
    }
    Matcher scp = SCP.matcher(url);
    if (scp.matches()) {
      return of(scp.group(1), scp.group(2));
    }
    throw new IllegalArgumentException(
        "'%s' is not a clone URL (https://, ssh://, file:// or git@host:path)"
            .formatted(Names.abbreviated(url)));
  }

  private static boolean isCanonical(String name) {
    int slash = name.indexOf('/');
    if (slash < 0
        || name.length() > MAX_LENGTH
        || !isHost(name, slash)
        || !name.equals(name.toLowerCase(Locale.ROOT))) {
      return false;
    }
    int start = slash + 1;
    while (start <= name.length()) {
      int next = name.indexOf('/', start);
      int end = next < 0 ? name.length() : next;
      if (!isPathSegment(name, start, end)) {
        return false;
      }
      start = end + 1;
    }
    return true;
  }

  /** Letters, digits, and between them also dots, hyphens and a port's colon. */
  private static boolean isHost(String name, int end) {
    for (int i = 0; i < end; i++) {
      char c = name.charAt(i);
      boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      boolean inside = i > 0 && i < end - 1;
      if (!alphanumeric && !(inside && ".:-".indexOf(c) >= 0)) {
        return false;
      }
    }
    return end > 0;
  }

  private static boolean isPathSegment(String name, int start, int end) {
    for (int i = start; i < end; i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c == 0x7f || NOT_IN_PATHS.indexOf(c) >= 0) {
        return false;
      }
    }
    String segment = name.substring(start, end);
    return !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
  }

  private static String trimSlashes(String path) {
    int start = 0;
    while (start < path.length() && path.charAt(start) == '/') {
      start++;
    }
    int end = path.length();
    while (end > start && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(start, end);
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
