package dev.sluice.inputs.walk;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.inputs.git.SourceTree;

/**
 * Where closures get what lies outside of their repository. It is immutable: asked for the same
 * again, it answers the same. Safe for concurrent use.
 */
public interface Remotes {

  /** Code of a failure to get something. */
  String UNREACHABLE = "RemoteUnreachable";

  /** Code of a failure where there is no such thing. */
  String MISSING = "RemoteMissing";

  /**
   * Code of a failure where there is something, but not what it should be. It is not asked for
   * again by itself: whoever offers it has to mend it.
   */
  String INVALID = "RemoteInvalid";

  /** The files of a repository at a commit. */
  record Base(CommitId commit, SourceTree tree) {}

  /** For where nothing can be had. */
  Remotes NONE =
      new Remotes() {
        @Override
        public Base base(RemotePolicy.Base repository, String ref) throws RemoteException {
          throw new RemoteException(UNREACHABLE, "nothing is fetched here");
        }

        @Override
        public SourceTree chart(RemotePolicy.Charts repository, String name, String version)
            throws RemoteException {
          throw new RemoteException(UNREACHABLE, "nothing is downloaded here");
        }
      };

  /** Whether a failure may be over by itself, without a change of what was looked at. */
  static boolean mayPass(Failure failure) {
    return failure.code().equals(UNREACHABLE) || failure.code().equals(MISSING);
  }

  /**
   * The files of a repository.
   *
   * @param ref the name of a tag, or a full commit id
   */
  Base base(RemotePolicy.Base repository, String ref) throws RemoteException;

  /**
   * The files of a chart, {@code Chart.yaml} at the root.
   *
   * @param version exact
   */
  SourceTree chart(RemotePolicy.Charts repository, String name, String version)
      throws RemoteException;
}
