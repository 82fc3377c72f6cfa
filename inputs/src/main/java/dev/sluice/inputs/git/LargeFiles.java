package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Files of Git LFS, each kept in the mirror of its repository under its digest, as Git LFS does. So
 * they count towards the limits of the mirror, and are removed with it. Safe for concurrent use.
 */
public final class LargeFiles {

  private static final String DIRECTORY = "lfs/objects";

  private final OpenMirrors mirrors;
  private final Logins logins;
  private final long limit;

  /**
   * Creates the files of all mirrors.
   *
   * @param limit bytes of one mirror, with its large files
   */
  LargeFiles(OpenMirrors mirrors, Logins logins, long limit) {
    this.mirrors = mirrors;
    this.logins = logins;
    this.limit = limit;
  }

  /** Returns a file's content; empty if it was not fetched, or is damaged. */
  public Optional<byte[]> find(RepositoryId repository, LargeFile file) {
    Path place = place(repository, file);
    try {
      if (!Files.exists(place)) {
        return Optional.empty();
      }
      byte[] content = Files.readAllBytes(place);
      if (isContent(file, content)) {
        return Optional.of(content);
      }
      Files.deleteIfExists(place);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // fetched again
    }
  }

  /** Returns whether a file was fetched. */
  public boolean has(RepositoryId repository, LargeFile file) {
    return Files.exists(place(repository, file));
  }

  /**
   * Fetches a file from the LFS server of its repository; blocks on the network.
   *
   * @return the failure; empty if the file is there now
   */
  public Optional<FetchOutcome.Failed> fetch(RemotePolicy.Base repository, LargeFile file) {
    Remote remote = Remote.of(repository);
    try {
      if (has(repository.repository(), file)) {
        return Optional.empty();
      }
      Optional<FetchOutcome.Failed> noSpace = noSpace(repository.repository(), file);
      if (noSpace.isEmpty()) {
        LargeFileServer server = new LargeFileServer(remote, logins.read(remote).login());
        put(repository.repository(), file, server.download(file));
      }
      return noSpace;
    } catch (GithubApi.RefusedException e) {
      return Optional.of(RemoteFailures.noToken(repository.repository(), e));
    } catch (IllegalStateException e) {
      return Optional.of(RemoteFailures.unreadable(repository.repository(), e));
    } catch (LargeFileServer.RefusedException e) {
      logins.refused(remote);
      return failed(e.code(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return failed(
          SourceFailure.REMOTE_UNREACHABLE,
          "the file %s of %s cannot be kept: %s"
              .formatted(file.oid(), repository.repository(), e.getMessage()));
    }
  }

  private Optional<FetchOutcome.Failed> noSpace(RepositoryId repository, LargeFile file)
      throws IOException {
    Optional<FetchOutcome.Failed> noSpace = mirrors.noSpace(repository);
    if (noSpace.isPresent()) {
      return noSpace;
    }
    var unused = mirrors.open(repository);
    if (limit == Long.MAX_VALUE
        || file.size() <= limit - FileTree.bytes(mirrors.directoryOf(repository))) {
      return Optional.empty();
    }
    return failed(
        SourceFailure.MIRROR_FULL,
        "the mirror of %s has no room for a file of %d bytes: raise the dispatcher's mirror-limit"
            .formatted(repository, file.size()));
  }

  private void put(RepositoryId repository, LargeFile file, byte[] content)
      throws IOException, LargeFileServer.RefusedException {
    if (!isContent(file, content)) {
      throw new LargeFileServer.RefusedException(
          SourceFailure.REMOTE_INVALID,
          "the LFS server of %s sends other content than %s with %d bytes: push the file again"
              .formatted(repository, file.oid(), file.size()));
    }
    Path place = place(repository, file);
    Files.createDirectories(place.getParent());
    Path fresh = Files.createTempFile(place.getParent(), "new-", "");
    try {
      Files.write(fresh, content);
      Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private Path place(RepositoryId repository, LargeFile file) {
    String oid = file.oid();
    return mirrors
        .directoryOf(repository)
        .resolve(DIRECTORY)
        .resolve(oid.substring(0, 2))
        .resolve(oid.substring(2, 4))
        .resolve(oid);
  }

  private static boolean isContent(LargeFile file, byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return content.length == file.size() && HexFormat.of().formatHex(digest).equals(file.oid());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static Optional<FetchOutcome.Failed> failed(SourceFailure code, String reason) {
    return Optional.of(
        new FetchOutcome.Failed(code, reason, code == SourceFailure.REMOTE_UNREACHABLE));
  }
}
