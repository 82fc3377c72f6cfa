package dev.sluice.inputs.git;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;

/**
 * URLs of submodules in {@code .gitmodules}, which nothing connects to: they only name a repository
 * that the fleet may have.
 *
 * @see <a href="https://git-scm.com/docs/gitmodules">gitmodules(5)</a>
 * @see <a href="https://git-scm.com/docs/git-submodule">git-submodule(1), about relative URLs</a>
 */
public final class SubmoduleUrl {

  private static final Pattern RELATIVE = Pattern.compile("\\.\\.?/.*");
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.+");
  private static final Pattern SCP =
      Pattern.compile("(?:[^@/:\\s-][^@/:\\s]*@)?[^@/:\\s-][^@/:\\s]*:(?!:|//).+");

  /** A location's start, which no relative URL may replace: the scheme and host, or the host. */
  private static final Pattern HOST = Pattern.compile("([^:/]+://[^/]*|[^/]+:).*");

  /** Git's transport from the local disk is refused in submodules, as Git does (CVE-2022-39253). */
  private static final Set<String> SCHEMES = Set.of("https", "http", "ssh");

  private static final int MAX_CHARACTERS = 2_000;

  private SubmoduleUrl() {}

  /**
   * Returns the URL of the submodule at a path, as it is written.
   *
   * @param gitmodules the text of {@code .gitmodules}
   * @param path of the submodule, from the root of its repository
   * @return empty if there is none
   * @throws IllegalArgumentException if the text is not in Git's configuration format
   */
  public static Optional<String> written(String gitmodules, String path) {
    Config config = new Config();
    try {
      config.fromText(gitmodules);
    } catch (ConfigInvalidException e) {
      throw new IllegalArgumentException("it is not in the format of git-config(1)", e);
    }
    return config.getSubsections("submodule").stream()
        .filter(name -> path.equals(config.getString("submodule", name, "path")))
        .findFirst()
        .flatMap(name -> Optional.ofNullable(config.getString("submodule", name, "url")));
  }

  /**
   * Resolves a URL; a relative one begins with {@code ./} or {@code ../}.
   *
   * @param parent the clone URL of the repository that has the submodule
   * @throws IllegalArgumentException if it is not a URL of https, http or ssh, leaves its host, or
   *     is longer than 2,000 characters
   */
  public static String resolved(String parent, String written) {
    if (written.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "it is longer than %d characters".formatted(MAX_CHARACTERS));
    }
    if (written.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("it has control characters");
    }
    return RELATIVE.matcher(written).matches() ? relative(parent, written) : absolute(written);
  }

  private static String absolute(String written) {
    Matcher scheme = SCHEME.matcher(written);
    boolean known =
        scheme.matches()
            ? SCHEMES.contains(scheme.group(1).toLowerCase(Locale.ROOT))
            : SCP.matcher(written).matches();
    if (!known) {
      throw new IllegalArgumentException(
          "it is not a URL of https, http or ssh, and not relative (./ or ../)");
    }
    return written;
  }

  private static String relative(String parent, String written) {
    Matcher host = HOST.matcher(parent);
    String first = host.matches() ? host.group(1) : "";
    String base = parent.replaceFirst("/+$", "");
    String rest = written;
    String separator = "/";
    while (RELATIVE.matcher(rest).matches()) {
      if (rest.startsWith("../")) {
        int end = base.length() <= first.length() ? -1 : base.lastIndexOf('/');
        if (end < first.length()) {
          end = first.endsWith(":") && base.length() > first.length() ? first.length() - 1 : -1;
          separator = ":";
        }
        if (end < 0) {
          throw new IllegalArgumentException("it leads out of the host of " + parent);
        }
        base = base.substring(0, end);
        rest = rest.substring(3);
      } else {
        rest = rest.substring(2);
      }
    }
    return base + separator + rest.replaceFirst("/+$", "");
  }
}
