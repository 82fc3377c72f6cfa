package dev.sluice.api.cdevents;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The package URL of the manifests at a commit, which CDEvents use as id of an artifact.
 *
 * @see <a href="https://github.com/package-url/purl-spec">purl specification</a>
 */
final class PackageUrl {

  private PackageUrl() {}

  /**
   * Returns the package URL of an application's manifests.
   *
   * @param repository of the first source; empty if it is not known
   */
  static String of(
      ApplicationName application, Optional<RepositoryId> repository, Optional<CommitId> commit) {
    String version = commit.map(id -> "@" + id).orElse("");
    if (repository.isEmpty()) {
      return "pkg:generic/" + application + version;
    }
    String name = repository.get().value();
    String host = name.substring(0, name.indexOf('/'));
    String path = name.substring(name.indexOf('/') + 1);
    return switch (host) {
      case "github.com" -> "pkg:github/" + path.toLowerCase(Locale.ROOT) + version;
      case "bitbucket.org" -> "pkg:bitbucket/" + path.toLowerCase(Locale.ROOT) + version;
      default ->
          "pkg:generic/%s%s?vcs_url=%s"
              .formatted(
                  application,
                  version,
                  URLEncoder.encode("git+https://" + name + version, StandardCharsets.UTF_8));
    };
  }
}
