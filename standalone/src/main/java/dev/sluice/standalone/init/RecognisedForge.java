package dev.sluice.standalone.init;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.RepositoryId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kind of a repository's forge, and how it is known.
 *
 * @param basis how it is known
 */
record RecognisedForge(Forge forge, Basis basis) {

  /** Ways of knowing the kind of a forge. */
  enum Basis {
    /** The user says so. */
    GIVEN,
    /** The host is a public forge. */
    HOST,
    /** The host's name contains that of a product. */
    HOST_NAME,
    /** Nothing says so; a plain Git server is assumed. */
    NOTHING
  }

  private static final List<Map.Entry<String, Forge>> PRODUCTS =
      List.of(
          Map.entry("gitlab", Forge.GITLAB),
          Map.entry("github", Forge.GITHUB),
          Map.entry("forgejo", Forge.FORGEJO),
          Map.entry("gitea", Forge.GITEA),
          Map.entry("gogs", Forge.GOGS),
          Map.entry("bitbucket", Forge.BITBUCKET_DATA_CENTER),
          Map.entry("stash", Forge.BITBUCKET_DATA_CENTER));

  /**
   * Recognises the forge of a repository.
   *
   * @param given the kind that the user gave
   * @param repository its name, which need not be that of a known kind
   */
  static RecognisedForge of(Optional<Forge> given, RepositoryId repository) {
    if (given.isPresent()) {
      return new RecognisedForge(given.get(), Basis.GIVEN);
    }
    String host = authority(repository).replaceFirst(":\\d+$", "");
    Optional<Forge> known = Forge.ofHost(host);
    if (known.isPresent()) {
      return new RecognisedForge(known.get(), Basis.HOST);
    }
    List<String> labels = Arrays.asList(host.split("[.-]"));
    return PRODUCTS.stream()
        .filter(product -> labels.contains(product.getKey()))
        .findFirst()
        .map(product -> new RecognisedForge(product.getValue(), Basis.HOST_NAME))
        .orElse(new RecognisedForge(Forge.GENERIC, Basis.NOTHING));
  }

  /**
   * Returns the address of the forge of a repository: its host, and the path above all repositories
   * if repositories of this kind have paths of a known length.
   */
  ForgeAddress address(RepositoryId repository) {
    String path = repository.value().substring(authority(repository).length() + 1);
    List<String> segments = List.of(path.split("/"));
    int above =
        switch (forge) {
          case GITHUB, GITEA, FORGEJO, GOGS, BITBUCKET_CLOUD, BITBUCKET_DATA_CENTER ->
              Math.max(0, segments.size() - 2);
          case GITLAB, AZURE_DEVOPS, GENERIC -> 0;
        };
    String prefix = String.join("/", segments.subList(0, above));
    return ForgeAddress.parse(
        forge, authority(repository) + (prefix.isEmpty() ? "" : "/" + prefix));
  }

  private static String authority(RepositoryId repository) {
    return repository.value().substring(0, repository.value().indexOf('/'));
  }
}
