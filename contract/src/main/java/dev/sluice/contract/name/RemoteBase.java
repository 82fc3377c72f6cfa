package dev.sluice.contract.name;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kustomization's reference to another repository, such as {@code
 * https://github.com/acme/bases//web?ref=v1.2}. Parsed as kustomize does: the repository ends
 * before {@code //} or after {@code .git} or {@code _git/NAME}, otherwise after the first two
 * components of the path. The URLs of raw files at GitHub and GitLab are parsed too.
 *
 * @param ref the ref in the reference; empty if it has none
 * @param path of a directory or file in the repository, which may hold '..'; empty for its root
 * @see <a href="https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md">
 *     kustomize: remote targets</a>
 */
public record RemoteBase(RepositoryId repository, Optional<String> ref, String path) {

  /** Directory in a target's files for those of remote bases. */
  public static final String DIRECTORY = ".sluice/bases";

  /** A longer text is not a reference; bounds the time for matching. */
  private static final int MAX_LENGTH = 4096;

  /** Matches text that kustomize treats as a repository unless a file has this path. */
  private static final Pattern REMOTE =
      Pattern.compile(
          "(.*://.*|git::.*|[^/]*@[^/:]+[:/].*|(?i:github\\.com)[:/].*|.*\\?(?:.*&)?ref=.*)",
          Pattern.DOTALL);

  private static final Pattern FORM =
      Pattern.compile(
          "(?:git::)?(?<location>(?:(?<scheme>https?|ssh|file)://)?(?:(?<user>[^/@?]+)@)?"
              + "(?<host>\\[[^]/?]*]|[^/:@?\\[\\]]*)(?::\\d+(?=/))?(?<separator>[/:]))(?<path>.*)");
  private static final Pattern PORT = Pattern.compile(":[0-9]+/");
  private static final String RAW_GITHUB_HOST = "raw.githubusercontent.com";
  private static final Pattern RAW_HOST =
      Pattern.compile("/?([^/]+/[^/]+)/(?:refs/(?:tags|heads)/)?([^/]+)/(.+)");
  private static final Pattern RAW_GITHUB =
      Pattern.compile("/?([^/]+/[^/]+)/raw/(?:refs/(?:tags|heads)/)?([^/]+)/(.+)");
  private static final Pattern RAW_GITLAB = Pattern.compile("/?(.+?)/-/raw/([^/]+)/(.+)");
  private static final Pattern AZURE = Pattern.compile("(.*?/_git/[^/]+)(?:/(.*))?");
  private static final Pattern DOT_GIT = Pattern.compile("(.*?\\.git)(?:/(.*))?");
  private static final Pattern WHOLE = Pattern.compile("(.+)()");
  private static final Pattern TWO = Pattern.compile("([^/]+/[^/]+)(?:/(.*))?");

  /** Returns whether kustomize treats this text as a remote reference if no file has this path. */
  public static boolean isRemote(String text) {
    return text.length() <= MAX_LENGTH && REMOTE.matcher(text).matches();
  }

  /**
   * Parses a remote reference.
   *
   * @return empty if it does not name a repository
   */
  public static Optional<RemoteBase> parse(String text) {
    int question = text.indexOf('?');
    String query = question < 0 ? "" : text.substring(question + 1);
    Matcher form = FORM.matcher(question < 0 ? text : text.substring(0, question));
    if (!form.matches()) {
      return Optional.empty();
    }
    try {
      return form.group("host").equals(RAW_GITHUB_HOST)
          ? raw("https://github.com/", form.group("path"), List.of(RAW_HOST))
          : parseUrl(form, query);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns the directory of the repository's files in a target. */
  public String directory() {
    return directoryOf(repository.value());
  }

  /**
   * Returns the directory in targets of earlier versions, whose repository names had no ports and
   * no upper case.
   */
  public String formerDirectory() {
    return directoryOf(PORT.matcher(repository.key()).replaceFirst("/"));
  }

  private String directoryOf(String name) {
    return DIRECTORY + "/" + escaped(name) + "@" + escaped(ref.orElse(""));
  }

  private static Optional<RemoteBase> parseUrl(Matcher form, String query) {
    String location = location(form);
    return raw(location, form.group("path"), List.of(RAW_GITLAB, RAW_GITHUB))
        .or(() -> located(location, form, query));
  }

  /** Returns the part before the path, in the form of a clone URL. */
  private static String location(Matcher form) {
    String location = form.group("location");
    if (form.group("scheme") != null || form.group("separator").equals(":")) {
      return location;
    }
    return (form.group("user") == null ? "https://" : "ssh://") + location;
  }

  private static Optional<RemoteBase> raw(String location, String path, List<Pattern> forms) {
    return forms.stream()
        .map(form -> form.matcher(path))
        .filter(Matcher::matches)
        .findFirst()
        .map(
            found ->
                new RemoteBase(
                    RepositoryId.fromUrl(location + found.group(1)),
                    Optional.of(found.group(2)),
                    found.group(3)));
  }

  private static Optional<RemoteBase> located(String location, Matcher form, String query) {
    String path = form.group("path");
    String full = path.startsWith("/") ? path.substring(1) : path;
    int slashes = full.indexOf("//");
    if (slashes >= 0) {
      return Optional.of(
          of(location + full.substring(0, slashes), full.substring(slashes + 2), query));
    }
    Pattern last = "file".equals(form.group("scheme")) ? WHOLE : TWO;
    for (Pattern way : List.of(AZURE, DOT_GIT, last)) {
      Matcher found = way.matcher(full);
      if (found.matches()) {
        String within = found.group(2) == null ? "" : found.group(2);
        return Optional.of(of(location + found.group(1), within, query));
      }
    }
    return Optional.empty();
  }

  private static RemoteBase of(String url, String path, String query) {
    Optional<String> ref = parameter(query, "ref").or(() -> parameter(query, "version"));
    return new RemoteBase(RepositoryId.fromUrl(url), ref, path);
  }

  private static Optional<String> parameter(String query, String name) {
    for (String pair : query.split("&", -1)) {
      if (pair.startsWith(name + "=")) {
        return Optional.of(
                URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
            .filter(value -> !value.isEmpty());
      }
    }
    return Optional.empty();
  }

  /** Encodes a text as one component of a path; different texts have different results. */
  private static String escaped(String text) {
    return text.replace("%", "%25")
        .replace("+", "%2B")
        .replace("@", "%40")
        .replace(":", "%3A")
        .replace("/", "+");
  }
}
