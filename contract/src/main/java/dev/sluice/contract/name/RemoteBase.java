package dev.sluice.contract.name;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kustomization's reference to another repository, such as {@code
 * https://github.com/acme/bases//web?ref=v1.2}. Read as kustomize reads it: what comes before
 * {@code //}, {@code .git} or {@code _git/NAME} is the repository, else the first two components of
 * the path are. The addresses of single files, at which GitHub and GitLab serve them, are read as
 * well.
 *
 * @param ref as it is given; empty if it is not
 * @param path of a directory or file in the repository, which may hold '..'; empty for its root
 * @see <a href="https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md">
 *     kustomize: remote targets</a>
 */
public record RemoteBase(RepositoryId repository, Optional<String> ref, String path) {

  /** Directory of targets that holds what is of other repositories. */
  public static final String DIRECTORY = ".sluice/bases";

  /** More than any reference has: a longer text is not looked through for one. */
  private static final int MAX_LENGTH = 4096;

  /** What kustomize takes for a repository, unless it is a file's path. */
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

  /** Whether kustomize takes this for something to fetch, if there is no such file. */
  public static boolean isRemote(String text) {
    return text.length() <= MAX_LENGTH && REMOTE.matcher(text).matches();
  }

  /**
   * Reads a remote reference.
   *
   * @return empty if it means no repository
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
          : elsewhere(form, query);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Where the repository's root is in the files of a target. */
  public String place() {
    return placeOf(repository.value());
  }

  /** Where it is in targets of earlier versions, whose names had no ports and no upper case. */
  public String formerPlace() {
    return placeOf(PORT.matcher(repository.key()).replaceFirst("/"));
  }

  private String placeOf(String name) {
    return DIRECTORY + "/" + escaped(name) + "@" + escaped(ref.orElse(""));
  }

  private static Optional<RemoteBase> elsewhere(Matcher form, String query) {
    String location = location(form);
    return raw(location, form.group("path"), List.of(RAW_GITLAB, RAW_GITHUB))
        .or(() -> located(location, form, query));
  }

  /** What comes before the path, as a clone URL has it. */
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

  /** One component of a path, and of different texts different ones. */
  private static String escaped(String text) {
    return text.replace("%", "%25")
        .replace("+", "%2B")
        .replace("@", "%40")
        .replace(":", "%3A")
        .replace("/", "+");
  }
}
