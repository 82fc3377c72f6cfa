package dev.sluice.inputs.git;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.util.FS;

/**
 * Recognises repositories of the object format SHA-256, which JGit cannot read.
 *
 * @see <a href="https://git-scm.com/docs/hash-function-transition">Git's hash function
 *     transition</a>
 */
final class ObjectFormats {

  /** A server of SHA-256 ends the connection when a client asks for refs in the format SHA-1. */
  private static final Pattern MAYBE =
      Pattern.compile("Short read of block|Invalid ref advertisement line");

  private static final Pattern LONG_ID =
      Pattern.compile("Invalid ref advertisement line: '[0-9a-f]{64} ");

  private ObjectFormats() {}

  /** The repository has the object format SHA-256. */
  static final class Sha256Exception extends IOException {
    private static final long serialVersionUID = 1L;

    Sha256Exception() {
      super("its object format is SHA-256, which Sluice cannot read");
    }
  }

  /**
   * Requires that a repository on disk does not have the object format SHA-256.
   *
   * @param directory of a bare repository, or of a checkout
   */
  static void requireSha1(File directory) throws IOException {
    File git = RepositoryCache.FileKey.resolve(directory, FS.DETECTED);
    if (git == null) {
      return;
    }
    FileBasedConfig config = new FileBasedConfig(new File(git, "config"), FS.DETECTED);
    try {
      config.load();
    } catch (ConfigInvalidException e) {
      return; // opening the repository reports it
    }
    if ("sha256".equalsIgnoreCase(config.getString("extensions", null, "objectFormat"))) {
      throw new Sha256Exception();
    }
  }

  /**
   * Returns a {@link Sha256Exception} if that is the reason of a failed request; otherwise the
   * failure. Asks the server in version 0 of Git's protocol, whose answer begins with a ref's id.
   */
  static Exception explained(Exception failure, Remote remote, Optional<Remote.Login> login) {
    if (!matches(failure, MAYBE)) {
      return failure;
    }
    try (Repository scratch = new InMemoryRepository(new DfsRepositoryDescription())) {
      scratch.getConfig().setInt("protocol", null, "version", 0);
      try (Transport transport = remote.open(scratch, login);
          FetchConnection _ = transport.openFetch(List.of())) {
        return failure;
      }
    } catch (IOException | URISyntaxException | RuntimeException e) {
      return matches(e, LONG_ID) ? new Sha256Exception() : failure;
    }
  }

  private static boolean matches(Exception failure, Pattern pattern) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (pattern.matcher(String.valueOf(cause.getMessage())).find()) {
        return true;
      }
    }
    return false;
  }
}
