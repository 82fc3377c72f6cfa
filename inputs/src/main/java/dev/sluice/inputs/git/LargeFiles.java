package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Files of Git LFS, each kept in the mirror of its repository under its digest, as Git LFS does. So
 * they count towards the limits of the mirror, and are removed with it. Of one repository, one file
 * is downloaded at a time: an unresponsive server delays its own files only. Safe for concurrent
 * use.
 */
public final class LargeFiles {

  private static final String DIRECTORY = "lfs/objects";

  /** Downloads at the same time, so that each has a part of the bandwidth that suffices. */
  private static final int DOWNLOADS = 8;

  private final OpenMirrors mirrors;
  private final Logins logins;
  private final long limit;
  private final Semaphore downloads = new Semaphore(DOWNLOADS, /* fair= */ true);
  private final Map<RepositoryId, Semaphore> ofRepository = new ConcurrentHashMap<>();

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
      if (content.length == file.size() && isDigest(file, sha256().digest(content))) {
        return Optional.of(content);
      }
      Files.deleteIfExists(place);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // fetched again
    }
  }

  /** Returns whether a file was fetched; its content may be damaged. */
  public boolean has(RepositoryId repository, LargeFile file) {
    return Files.exists(place(repository, file));
  }

  /**
   * Fetches a file from the LFS server of its repository; blocks on the network, and until others
   * are downloaded.
   *
   * @return the failure; empty if the file is there now
   */
  public Optional<FetchOutcome.Failed> fetch(RemotePolicy.Base repository, LargeFile file) {
    Semaphore own =
        ofRepository.computeIfAbsent(
            repository.repository(), _ -> new Semaphore(1, /* fair= */ true));
    try {
      own.acquire();
      try {
        downloads.acquire();
        try {
          return download(repository, file);
        } finally {
          downloads.release();
        }
      } finally {
        own.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(
          SourceFailure.REMOTE_UNREACHABLE,
          "the download of %s was interrupted".formatted(file.oid()));
    }
  }

  private Optional<FetchOutcome.Failed> download(RemotePolicy.Base repository, LargeFile file) {
    Remote remote = Remote.of(repository);
    try {
      if (has(repository.repository(), file)) {
        return Optional.empty();
      }
      Optional<FetchOutcome.Failed> noSpace = noSpace(repository.repository(), file);
      if (noSpace.isEmpty()) {
        put(
            repository.repository(),
            file,
            new LargeFileServer(remote, logins.read(remote).login()));
        mirrors.afterFetch(repository.repository(), mirrors.open(repository.repository()));
      }
      return noSpace;
    } catch (GithubApi.RefusedException e) {
      return Optional.of(RemoteFailures.noToken(repository.repository(), e));
    } catch (IllegalStateException e) {
      return Optional.of(RemoteFailures.unreadable(repository.repository(), e));
    } catch (LargeFileServer.RefusedException e) {
      if (e.isOfLogin()) {
        logins.refused(remote);
      }
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

  private void put(RepositoryId repository, LargeFile file, LargeFileServer server)
      throws IOException, LargeFileServer.RefusedException {
    Path place = place(repository, file);
    Files.createDirectories(place.getParent());
    Path fresh = Files.createTempFile(place.getParent(), "new-", "");
    try {
      server.download(file, fresh);
      if (!isContent(file, fresh)) {
        throw new LargeFileServer.RefusedException(
            SourceFailure.REMOTE_INVALID,
            /* isOfLogin= */ false,
            "the LFS server of %s sends other content than %s with %d bytes: push the file again"
                .formatted(repository, file.oid(), file.size()));
      }
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

  private static boolean isContent(LargeFile file, Path place) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream content = new DigestInputStream(Files.newInputStream(place), digest)) {
      return content.transferTo(OutputStream.nullOutputStream()) == file.size()
          && isDigest(file, digest.digest());
    }
  }

  private static boolean isDigest(LargeFile file, byte[] digest) {
    return HexFormat.of().formatHex(digest).equals(file.oid());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static Optional<FetchOutcome.Failed> failed(SourceFailure code, String reason) {
    return Optional.of(
        new FetchOutcome.Failed(code, reason, code == SourceFailure.REMOTE_UNREACHABLE));
  }
}
