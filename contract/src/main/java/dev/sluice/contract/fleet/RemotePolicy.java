package dev.sluice.contract.fleet;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;

/**
 * Bases and charts outside of an application's own repositories that its inputs may use. All other
 * remote references are refused.
 *
 * @param bases repositories that kustomizations may refer to
 * @param charts repositories that charts may be downloaded from
 */
public record RemotePolicy(List<Base> bases, List<Charts> charts) {

  /** Allows nothing remote: the default. */
  public static final RemotePolicy NONE = new RemotePolicy(List.of(), List.of());

  public RemotePolicy {
    bases = List.copyOf(bases);
    charts = List.copyOf(charts);
  }

  /**
   * A Git repository.
   *
   * @param repository the canonical name that references resolve to
   * @param url the clone URL, used whatever URL a reference gives; without credentials
   * @param credentials {@code user:password} or a bare token, by reference
   * @param ssh keys for a URL of SSH; absent in records of earlier versions
   * @param https certificates, proxy and GitHub App for a URL of HTTPS; absent in records of
   *     earlier versions
   * @param forge the forge, if the fleet names it; absent in records of earlier versions
   */
  public record Base(
      RepositoryId repository,
      String url,
      Optional<SecretReference> credentials,
      Optional<SshAccess> ssh,
      Optional<HttpsAccess> https,
      Optional<Forge> forge) {

    /** Creates a repository without special access over HTTPS. */
    public Base(
        RepositoryId repository,
        String url,
        Optional<SecretReference> credentials,
        Optional<SshAccess> ssh,
        Optional<Forge> forge) {
      this(repository, url, credentials, ssh, Optional.empty(), forge);
    }

    /** Returns the repository of a source. */
    public static Base of(SourceSpec source) {
      return new Base(
          source.repository(),
          source.url(),
          source.credentials(),
          source.ssh(),
          source.https(),
          Optional.empty());
    }

    /**
     * Returns whether a reference is to this repository; case is ignored if its forge ignores it.
     */
    public boolean matches(RepositoryId reference) {
      return forge.map(Forge::ignoresCase).orElse(false)
          ? repository.equalsIgnoringCase(reference)
          : repository.equals(reference);
    }
  }

  /**
   * A chart repository.
   *
   * @param url {@code https://...} or {@code oci://...}, without trailing '/', as charts name it;
   *     carries no credentials
   * @param credentials {@code user:password} or a bare token, by reference
   */
  public record Charts(String url, Optional<SecretReference> credentials) {}
}
