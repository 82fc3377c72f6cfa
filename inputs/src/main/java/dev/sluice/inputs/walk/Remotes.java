package dev.sluice.inputs.walk;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.inputs.git.LargeFile;
import dev.sluice.inputs.git.SourceTree;

/**
 * Provides remote bases, charts and files of Git LFS to closures. They are immutable: the same
 * request always has the same result. Safe for concurrent use.
 */
public interface Remotes {

  /** The files of a repository at a commit. */
  record Base(CommitId commit, SourceTree tree) {}

  /** Remotes for environments in which nothing is fetched. */
  Remotes NONE =
      new Remotes() {
        @Override
        public Base base(RemotePolicy.Base repository, String ref) throws RemoteException {
          throw new RemoteException(SourceFailure.REMOTE_UNREACHABLE, "nothing is fetched here");
        }

        @Override
        public SourceTree chart(RemotePolicy.Charts repository, String name, String version)
            throws RemoteException {
          throw new RemoteException(SourceFailure.REMOTE_UNREACHABLE, "nothing is downloaded here");
        }
      };

  /** Returns whether a failure may resolve without a change of the inputs. */
  static boolean isTransient(Failure failure) {
    return failure.code() == SourceFailure.REMOTE_UNREACHABLE
        || failure.code() == SourceFailure.REMOTE_MISSING;
  }

  /**
   * Returns the files of a repository.
   *
   * @param ref the name of a tag, or a full commit id
   */
  Base base(RemotePolicy.Base repository, String ref) throws RemoteException;

  /**
   * Returns the files of a chart, with {@code Chart.yaml} at the root.
   *
   * @param version an exact version
   */
  SourceTree chart(RemotePolicy.Charts repository, String name, String version)
      throws RemoteException;

  /** Fetches a file of Git LFS unless it was fetched before. */
  default void requireLargeFile(RemotePolicy.Base repository, LargeFile file)
      throws RemoteException {
    var unused = largeFile(repository, file);
  }

  /** Returns the content of a file of Git LFS. */
  default byte[] largeFile(RemotePolicy.Base repository, LargeFile file) throws RemoteException {
    throw new RemoteException(SourceFailure.REMOTE_UNREACHABLE, "nothing is fetched here");
  }
}
