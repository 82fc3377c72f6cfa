package dev.sluice.inputs.walk;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RemoteBase;
import dev.sluice.inputs.git.SourceTree;
import java.util.Optional;

/**
 * What a resolution may take from outside of its repository.
 *
 * @param policy of the application
 * @param plugins whether kustomizations may run plugins
 * @param remotes where it is got from
 */
public record RemoteAccess(RemotePolicy policy, boolean plugins, Remotes remotes) {

  /** Gets something, which may not be there. */
  private interface Getter<T> {
    T get() throws RemoteException;
  }

  /**
   * The repository that a base is in.
   *
   * @param what names the reference in refusals
   */
  public Remotes.Base base(RemoteBase reference, String what) {
    RemotePolicy.Base base =
        policy.bases().stream()
            .filter(one -> one.isMeantBy(reference.repository()))
            .findFirst()
            .orElseThrow(
                () ->
                    new RefusedException(
                        "RemoteBase",
                        "%s is in the repository %s, which the application's policy does not allow: commit a copy, or add it to policy.remote.bases"
                            .formatted(what, reference.repository())));
    String ref = reference.ref().filter(RemoteAccess::isName).orElseThrow(() -> unpinned(what));
    return got(what, () -> remotes.base(base, ref));
  }

  /**
   * Whether charts of this repository may be downloaded.
   *
   * @param url as the chart or kustomization says
   */
  public boolean allowsCharts(String url) {
    return charts(url).isPresent();
  }

  /**
   * A chart that has to be downloaded.
   *
   * @param url of its repository, which is allowed
   * @param version exact
   * @param what names the chart in refusals
   */
  public SourceTree chart(String url, String name, String version, String what) {
    RemotePolicy.Charts repository = charts(url).orElseThrow();
    return got(what, () -> remotes.chart(repository, name, version));
  }

  private Optional<RemotePolicy.Charts> charts(String url) {
    String canonical = canonical(url);
    return policy.charts().stream().filter(one -> one.url().equals(canonical)).findFirst();
  }

  /** As the policy has it. */
  public static String canonical(String url) {
    return url.replaceFirst("/+$", "");
  }

  private static RefusedException unpinned(String what) {
    return new RefusedException(
        "UnpinnedBase",
        "%s names no tag and no commit, so what it is may change at any time: add ?ref= with a tag or a full commit id"
            .formatted(what));
  }

  private static boolean isName(String ref) {
    try {
      return !GitRef.tag(ref).value().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static <T> T got(String what, Getter<T> getter) {
    try {
      return getter.get();
    } catch (RemoteException e) {
      throw new RefusedException(e.code(), "%s: %s".formatted(what, e.getMessage()));
    }
  }
}
