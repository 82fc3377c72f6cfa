package dev.sluice.contract.fleet;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;

/**
 * What an application's inputs may take from outside of its own repositories. All else that they
 * refer to there is refused.
 *
 * @param bases repositories that kustomizations may build on
 * @param charts repositories that charts may be downloaded from
 */
public record RemotePolicy(List<Base> bases, List<Charts> charts) {

  /** Nothing: the default. */
  public static final RemotePolicy NONE = new RemotePolicy(List.of(), List.of());

  public RemotePolicy {
    bases = List.copyOf(bases);
    charts = List.copyOf(charts);
  }

  /**
   * A Git repository.
   *
   * @param repository as references to it are understood
   * @param url where it is cloned from, whatever URL a reference gives; carries no credentials
   * @param credentials {@code user:password} or a bare token, by reference
   * @param forge where the fleet says it; absent in records of earlier versions
   */
  public record Base(
      RepositoryId repository,
      String url,
      Optional<SecretReference> credentials,
      Optional<Forge> forge) {

    /** Whether a reference means this repository, which its forge may find in any case. */
    public boolean isMeantBy(RepositoryId reference) {
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
