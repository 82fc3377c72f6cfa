package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The kind of a Git server: it determines the form of repository paths and whether their case
 * matters.
 */
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
  /** A plain Git server, or any sender of Sluice's own signed webhook body. */
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

  /** The suffix of hosts of GitHub Enterprise Cloud with data residency. */
  private static final String GITHUB_RESIDENCY = ".ghe.com";

  private final Pattern path;

  Forge(String path) {
    this.path = Pattern.compile(path);
  }

  /** Returns the forge at a well-known public host, given in lower case and without a port. */
  public static Optional<Forge> ofHost(String host) {
    return host.endsWith(GITHUB_RESIDENCY)
        ? Optional.of(GITHUB)
        : Optional.ofNullable(KNOWN_HOSTS.get(host));
  }

  /** Returns the forge's public host, the default host of an endpoint; empty if there is none. */
  public Optional<String> publicHost() {
    return switch (this) {
      case GITHUB -> Optional.of("github.com");
      case GITLAB -> Optional.of("gitlab.com");
      case BITBUCKET_CLOUD -> Optional.of("bitbucket.org");
      case AZURE_DEVOPS -> Optional.of("dev.azure.com");
      case GITEA, FORGEJO, GOGS, BITBUCKET_DATA_CENTER, GENERIC -> Optional.empty();
    };
  }

  /** Returns whether paths that differ only by case name the same repository. */
  public boolean ignoresCase() {
    return this != GENERIC;
  }

  /** Returns whether a repository of this forge can have this path (decoded, without host). */
  boolean canServe(String candidate) {
    return path.matcher(candidate).matches();
  }

  /** Returns the name in configuration, such as {@code bitbucket-cloud}. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns all names in configuration, separated by '|'. */
  public static String allConfigNames() {
    return Arrays.stream(values()).map(Forge::configName).collect(Collectors.joining("|"));
  }

  /**
   * Parses a name in configuration.
   *
   * @throws IllegalArgumentException with all known names
   */
  public static Forge parse(String name) {
    return Arrays.stream(values())
        .filter(forge -> forge.configName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected forge=" + allConfigNames()));
  }

  /** Patterns of the forges' repository paths. */
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
