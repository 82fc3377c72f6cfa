package dev.sluice.contract.name;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a clone URL: {@code https://}, {@code ssh://}, {@code file://} and scp-like ({@code
 * git@host:path}).
 *
 * @param authority host and port in the form of canonical names
 * @param path the decoded segments; empty if the URL has only a host
 */
record CloneUrl(Optional<String> user, String authority, List<String> path) {

  private static final Pattern URL =
      Pattern.compile(
          "([A-Za-z][A-Za-z0-9+.-]*)://(?:([^@/]*)@)?(\\[[^]/]*]|[^/:@\\[\\]]*)(?::(\\d*))?(?:/(.*))?");
  private static final Pattern SCP =
      Pattern.compile("(?:([^@/]+)@)?(\\[[^]/]*]|[^/:@\\[\\]]+):(?!//)(.+)");

  /** Hosts at which forges accept ssh on port 443, for networks that block other ports. */
  private static final Map<String, String> OTHER_SSH_HOSTS =
      Map.of(
          "ssh.github.com", "github.com",
          "altssh.gitlab.com", "gitlab.com",
          "altssh.bitbucket.org", "bitbucket.org");

  /**
   * Parses a clone URL.
   *
   * @throws IllegalArgumentException if it has none of these forms, or its path is not valid
   */
  static CloneUrl parse(String url) {
    Matcher full = URL.matcher(url);
    if (full.matches()) {
      String scheme = scheme(full.group(1));
      boolean local = scheme.equals("file") && full.group(3).isEmpty();
      String host = local ? "localhost" : full.group(3);
      String port = Optional.ofNullable(full.group(4)).orElse("");
      return new CloneUrl(
          user(full.group(2)),
          authority(scheme, host, port),
          PathSegments.ofUrl(Optional.ofNullable(full.group(5)).orElse("")));
    }
    Matcher scp = SCP.matcher(url);
    if (scp.matches()) {
      return new CloneUrl(
          user(scp.group(1)), authority("ssh", scp.group(2), ""), PathSegments.ofScp(scp.group(3)));
    }
    throw new IllegalArgumentException(
        "'%s' is not a clone URL (https://, ssh://, file:// or git@host:path)"
            .formatted(Names.abbreviated(url)));
  }

  private static String scheme(String written) {
    String scheme = written.toLowerCase(Locale.ROOT);
    return scheme.equals("git+ssh") || scheme.equals("ssh+git") ? "ssh" : scheme;
  }

  private static String authority(String scheme, String host, String port) {
    String authority = Authority.canonical(scheme, host, port);
    return scheme.equals("ssh") ? OTHER_SSH_HOSTS.getOrDefault(authority, authority) : authority;
  }

  private static Optional<String> user(@Nullable String written) {
    return Optional.ofNullable(written)
        .map(text -> text.replaceFirst(":.*", ""))
        .filter(text -> !text.isEmpty());
  }
}
