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
          "(?:git::)?(?:(https?|ssh|file)://)?(?:[^/@?]+@)?([^/:@?]*)(?::\\d+(?=/))?[/:](.*)");
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
    boolean isFile = "file".equals(form.group(1));
    String host = form.group(2).isEmpty() && isFile ? "localhost" : form.group(2);
    try {
      return raw(host, form.group(3)).or(() -> located(host, form.group(3), query, isFile));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Where the repository's root is in the files of a target. */
  public String place() {
    return DIRECTORY + "/" + escaped(repository.value()) + "@" + escaped(ref.orElse(""));
  }

  private static Optional<RemoteBase> raw(String host, String path) {
    String of = host.equals("raw.githubusercontent.com") ? "github.com" : host;
    List<Pattern> forms = of.equals(host) ? List.of(RAW_GITLAB, RAW_GITHUB) : List.of(RAW_HOST);
    return forms.stream()
        .map(form -> form.matcher(path))
        .filter(Matcher::matches)
        .findFirst()
        .map(
            found ->
                new RemoteBase(
                    RepositoryId.of(of, found.group(1)),
                    Optional.of(found.group(2)),
                    found.group(3)));
  }

  private static Optional<RemoteBase> located(
      String host, String path, String query, boolean isFile) {
    String full = path.startsWith("/") ? path.substring(1) : path;
    int slashes = full.indexOf("//");
    if (slashes >= 0) {
      return Optional.of(of(host, full.substring(0, slashes), full.substring(slashes + 2), query));
    }
    for (Pattern form : List.of(AZURE, DOT_GIT, isFile ? WHOLE : TWO)) {
      Matcher found = form.matcher(full);
      if (found.matches()) {
        String within = found.group(2) == null ? "" : found.group(2);
        return Optional.of(of(host, found.group(1), within, query));
      }
    }
    return Optional.empty();
  }

  private static RemoteBase of(String host, String repository, String path, String query) {
    Optional<String> ref = parameter(query, "ref").or(() -> parameter(query, "version"));
    return new RemoteBase(RepositoryId.of(host, repository), ref, path);
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
    return text.replace("%", "%25").replace("+", "%2B").replace("@", "%40").replace("/", "+");
  }
}
