package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kind of server that hosts repositories: what its names look like and what they mean. */
public enum Forge {
  @JsonProperty("github")
  GITHUB(Paths.OWNER_AND_NAME),
  @JsonProperty("gitlab")
  GITLAB(Paths.GROUPS_AND_NAME),
  @JsonProperty("gitea")
  GITEA(Paths.OWNER_AND_NAME),
  @JsonProperty("forgejo")
  FORGEJO(Paths.OWNER_AND_NAME),
  @JsonProperty("gogs")
  GOGS(Paths.OWNER_AND_NAME),
  @JsonProperty("bitbucket-cloud")
  BITBUCKET_CLOUD(Paths.OWNER_AND_NAME),
  @JsonProperty("bitbucket-data-center")
  BITBUCKET_DATA_CENTER(Paths.PROJECT_AND_SLUG),
  @JsonProperty("azure-devops")
  AZURE_DEVOPS(Paths.PROJECT_AND_GIT),
  /** A plain Git server, or anything that signs Sluice's own small body. */
  @JsonProperty("generic")
  GENERIC(Paths.ANY);

  private static final Map<String, Forge> KNOWN_HOSTS =
      Map.of(
          "github.com", GITHUB,
          "gitlab.com", GITLAB,
          "bitbucket.org", BITBUCKET_CLOUD,
          "dev.azure.com", AZURE_DEVOPS,
          "codeberg.org", FORGEJO,
          "gitea.com", GITEA);

  /** Customers of GitHub Enterprise Cloud with data residency each have a host below this one. */
  private static final String GITHUB_RESIDENCY = ".ghe.com";

  private final Pattern path;

  Forge(String path) {
    this.path = Pattern.compile(path);
  }

  /** The forge that is known to serve this host, in lower case and without a port. */
  static Optional<Forge> ofHost(String host) {
    return host.endsWith(GITHUB_RESIDENCY)
        ? Optional.of(GITHUB)
        : Optional.ofNullable(KNOWN_HOSTS.get(host));
  }

  /** The host that an endpoint without a host of its own means, where there is one for all. */
  public Optional<String> publicHost() {
    return switch (this) {
      case GITHUB -> Optional.of("github.com");
      case GITLAB -> Optional.of("gitlab.com");
      case BITBUCKET_CLOUD -> Optional.of("bitbucket.org");
      case AZURE_DEVOPS -> Optional.of("dev.azure.com");
      case GITEA, FORGEJO, GOGS, BITBUCKET_DATA_CENTER, GENERIC -> Optional.empty();
    };
  }

  /** Whether paths that differ by case only lead to the same repository. */
  public boolean ignoresCase() {
    return this != GENERIC;
  }

  /** Whether a repository of this forge can have this path, without escapes and without host. */
  boolean canServe(String candidate) {
    return path.matcher(candidate).matches();
  }

  /** Returns the name as people write it, such as {@code bitbucket-cloud}. */
  public String written() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All of them as people write them. */
  public static String allWritten() {
    return Arrays.stream(values()).map(Forge::written).collect(Collectors.joining("|"));
  }

  /**
   * Reads what people write.
   *
   * @throws IllegalArgumentException with all there are
   */
  public static Forge parse(String written) {
    return Arrays.stream(values())
        .filter(forge -> forge.written().equals(written))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected forge=" + allWritten()));
  }

  /** Forms of the paths that forges give their repositories; none has a character of a pattern. */
  private static final class Paths {
    private static final String NAME = "[\\p{L}\\p{M}\\p{N}._-]+";
    private static final String AZURE_NAME = "[^/\\\\:*?\"<>|;#$+={},\\[\\]%]+";

    static final String OWNER_AND_NAME = NAME + "/" + NAME;
    static final String GROUPS_AND_NAME = NAME + "(?:/" + NAME + ")+";
    static final String PROJECT_AND_SLUG = "~?[\\p{L}\\p{M}\\p{N}._@-]+/" + NAME;
    static final String PROJECT_AND_GIT = "(?:" + AZURE_NAME + "/)+_git/" + AZURE_NAME;
    static final String ANY = ".+";
  }
}
