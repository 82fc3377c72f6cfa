package dev.sluice.contract.name;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The address of a forge, with which the canonical names of its repositories begin.
 *
 * @param authority the host, with the port if it is not the default
 * @param path the decoded segments before the paths of all repositories; usually none
 */
public record ForgeAddress(Forge forge, String authority, List<String> path) {

  private static final String ANY_REPOSITORY = "x";

  public ForgeAddress {
    path = List.copyOf(path);
  }

  /**
   * Parses an address in configuration: {@code host[:port][/path]}, or the forge's URL. Without a
   * scheme, ports 80 and 443 count as default ports.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static ForgeAddress parse(Forge forge, String text) {
    boolean isHttp = text.matches("[^/]*:0*80(/.*)?");
    String url = text.contains("://") ? text : (isHttp ? "http://" : "https://") + text;
    CloneUrl parts = CloneUrl.parse(url);
    // derived from the name of a repository there, so that both are normalised by the same code
    String name = name(forge, parts.authority(), parts.path(), List.of(ANY_REPOSITORY)).value();
    String prefix = name.substring(0, name.length() - ANY_REPOSITORY.length() - 1);
    int slash = prefix.indexOf('/');
    return slash < 0
        ? new ForgeAddress(forge, prefix, List.of())
        : new ForgeAddress(
            forge, prefix.substring(0, slash), PathSegments.ofUrl(prefix.substring(slash + 1)));
  }

  /**
   * Returns the repository at a path of the forge, such as {@code owner/name}. Escapes are decoded
   * for plain Git servers only; the paths of other forges have none.
   *
   * @throws IllegalArgumentException if the forge cannot have such a repository
   */
  public RepositoryId repository(String named) {
    if (!forge.canServe(named)) {
      throw new IllegalArgumentException(
          "no repository of forge=%s has such a path".formatted(forge.configName()));
    }
    return name(
        forge,
        authority,
        path,
        forge == Forge.GENERIC ? PathSegments.ofScp(named) : PathSegments.plain(named));
  }

  /**
   * Returns the repository of a clone or web URL.
   *
   * @throws IllegalArgumentException if it is not such a URL, or belongs to another forge
   */
  public RepositoryId repositoryAt(String url) {
    RepositoryId repository = RepositoryId.fromUrl(url, Optional.of(forge));
    if (!repository.value().startsWith(prefix() + "/")) {
      throw new IllegalArgumentException("not on the endpoint's host");
    }
    return repository;
  }

  /** Returns the path of a repository of this forge, in the form of its canonical name. */
  public String pathOf(RepositoryId repository) {
    return repository.value().substring(prefix().length() + 1);
  }

  /**
   * Returns host, port and path, with which the canonical names of the forge's repositories begin.
   */
  public String prefix() {
    return path.isEmpty() ? authority : authority + "/" + PathSegments.canonical(path);
  }

  private static RepositoryId name(
      Forge forge, String authority, List<String> prefix, List<String> path) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(path);
    return RepositoryId.of(Optional.empty(), authority, all, Optional.of(forge));
  }

  @Override
  public String toString() {
    return prefix();
  }
}
