package dev.sluice.contract.name;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a forge serves its repositories: what their canonical names begin with.
 *
 * @param authority host, and port where it is not the default
 * @param path the segments before the paths of all repositories, without escapes; mostly none
 */
public record ForgeAddress(Forge forge, String authority, List<String> path) {

  private static final String ANY_REPOSITORY = "x";

  public ForgeAddress {
    path = List.copyOf(path);
  }

  /**
   * Reads what people write: {@code host[:port][/path]}, or the forge's URL. Without a scheme the
   * ports 80 and 443 are taken for the defaults that they are.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static ForgeAddress parse(Forge forge, String text) {
    boolean isHttp = text.matches("[^/]*:0*80(/.*)?");
    String url = text.contains("://") ? text : (isHttp ? "http://" : "https://") + text;
    CloneUrl parts = CloneUrl.parse(url);
    // by way of the name of a repository there, so that both are made in one place
    String name = name(forge, parts.authority(), parts.path(), List.of(ANY_REPOSITORY)).value();
    String prefix = name.substring(0, name.length() - ANY_REPOSITORY.length() - 1);
    int slash = prefix.indexOf('/');
    return slash < 0
        ? new ForgeAddress(forge, prefix, List.of())
        : new ForgeAddress(
            forge, prefix.substring(0, slash), PathSegments.ofUrl(prefix.substring(slash + 1)));
  }

  /**
   * The repository at a path of the forge, such as {@code owner/name}. Escapes are read in the path
   * of a plain Git server only: a forge's own names have none.
   *
   * @throws IllegalArgumentException if the forge cannot have such a one
   */
  public RepositoryId repository(String named) {
    if (!forge.canServe(named)) {
      throw new IllegalArgumentException(
          "no repository of forge=%s has such a path".formatted(forge.written()));
    }
    return name(
        forge,
        authority,
        path,
        forge == Forge.GENERIC ? PathSegments.ofScp(named) : PathSegments.plain(named));
  }

  /**
   * The repository of a clone or web URL.
   *
   * @throws IllegalArgumentException if it is no such URL, or not one of this forge
   */
  public RepositoryId repositoryAt(String url) {
    RepositoryId repository = RepositoryId.fromUrl(url, Optional.of(forge));
    if (!repository.value().startsWith(prefix() + "/")) {
      throw new IllegalArgumentException("not on the endpoint's host");
    }
    return repository;
  }

  /** The path of a repository of this forge, as its canonical name has it. */
  public String pathOf(RepositoryId repository) {
    return repository.value().substring(prefix().length() + 1);
  }

  /** Host, port and path: what canonical names begin with. */
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
