package dev.sluice.inputs.walk;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RemoteBase;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.SourceTree;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Access of a resolution to remote bases and charts, and to plugins.
 *
 * @param source the repository of the source; empty for files that are in none
 * @param policy the application's policy
 * @param plugins whether kustomizations may run plugins
 * @param remotes provides the bases and charts
 */
public record RemoteAccess(
    Optional<RemotePolicy.Base> source, RemotePolicy policy, boolean plugins, Remotes remotes) {

  /** Access to nothing, for files that are in no repository of a fleet. */
  public static final RemoteAccess NONE =
      new RemoteAccess(Optional.empty(), RemotePolicy.NONE, /* plugins= */ false, Remotes.NONE);

  /** A request for a remote base or chart. */
  private interface Getter<T> {
    T get() throws RemoteException;
  }

  /**
   * Returns the files of a remote base.
   *
   * @param what a description of the reference, for refusals
   */
  public Remotes.Base base(RemoteBase reference, String what) {
    RemotePolicy.Base base =
        allowedBase(reference.repository())
            .orElseThrow(
                () ->
                    new RefusedException(
                        SourceFailure.REMOTE_BASE,
                        "%s is in the repository %s, which the application's policy does not allow: commit a copy, or add it to policy.remote.bases"
                            .formatted(what, reference.repository())));
    String ref = reference.ref().filter(RemoteAccess::isName).orElseThrow(() -> unpinned(what));
    return files(base, ref, what);
  }

  /** Returns the repository that the policy allows for a reference. */
  Optional<RemotePolicy.Base> allowedBase(RepositoryId reference) {
    return policy.bases().stream().filter(one -> one.matches(reference)).findFirst();
  }

  /**
   * Returns the repository that a submodule names: the source's own, or one that the policy allows,
   * by its canonical name or by that of its URL.
   */
  Optional<RemotePolicy.Base> allowed(RepositoryId submodule) {
    return Stream.concat(source.stream(), policy.bases().stream())
        .filter(
            one ->
                one.matches(submodule)
                    || RepositoryId.fromUrl(one.url(), one.forge()).equals(submodule))
        .findFirst();
  }

  /**
   * Returns the files of a repository.
   *
   * @param ref the name of a tag, or a full commit id
   * @param what a description of the reference, for refusals
   */
  Remotes.Base files(RemotePolicy.Base repository, String ref, String what) {
    Remotes.Base fetched = got(what, () -> remotes.base(repository, ref));
    return new Remotes.Base(
        fetched.commit(), new LargeFileTree(fetched.tree(), repository, remotes));
  }

  /** Returns the files of the source itself, with those of Git LFS. */
  SourceTree withLargeFiles(SourceTree tree) {
    return source
        .<SourceTree>map(repository -> new LargeFileTree(tree, repository, remotes))
        .orElse(tree);
  }

  /**
   * Returns whether charts of this repository may be downloaded.
   *
   * @param url the URL in the chart or kustomization
   */
  public boolean allowsCharts(String url) {
    return charts(url).isPresent();
  }

  /**
   * Returns the files of a chart, which is downloaded if necessary.
   *
   * @param url the URL of its repository, which must be allowed
   * @param version an exact version
   * @param what a description of the chart, for refusals
   */
  public SourceTree chart(String url, String name, String version, String what) {
    RemotePolicy.Charts repository = charts(url).orElseThrow();
    return got(what, () -> remotes.chart(repository, name, version));
  }

  private Optional<RemotePolicy.Charts> charts(String url) {
    String canonical = canonical(url);
    return policy.charts().stream().filter(one -> one.url().equals(canonical)).findFirst();
  }

  /** Returns the URL in the form of policies, without trailing '/'. */
  public static String canonical(String url) {
    return url.replaceFirst("/+$", "");
  }

  private static RefusedException unpinned(String what) {
    return new RefusedException(
        SourceFailure.UNPINNED_BASE,
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
