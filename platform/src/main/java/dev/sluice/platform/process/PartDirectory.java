package dev.sluice.platform.process;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Directories that a part writes to. */
public final class PartDirectory {

  private static final String READ_ONLY = "Read-only file system";

  private static final String KUBERNETES =
      " (in Kubernetes, by fsGroup in the pod's securityContext, or by an init container where the"
          + " storage class ignores fsGroup: k8s/README.md)";

  private PartDirectory() {}

  /**
   * Creates a directory if it is missing, and checks that files can be created in it.
   *
   * @throws IOException if it cannot be used; the message names the cause, this process's user, the
   *     owner and mode of the directory, and what to do
   */
  public static Path create(Path directory) throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw refused(directory, e);
    }
    if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
      throw refused(
          directory,
          Files.getFileStore(directory).isReadOnly()
              ? new FileSystemException(directory.toString(), null, READ_ONLY)
              : new AccessDeniedException(directory.toString()));
    }
    return directory;
  }

  /** Returns the failure to use a directory, with its cause and what to do. */
  public static IOException refused(Path directory, IOException cause) {
    String reason = reason(cause);
    return new IOException(
        "cannot use the directory %s: %s; %s%s"
            .formatted(
                directory,
                reason,
                FileRights.describe(directory),
                remedy(directory, cause, reason)),
        cause);
  }

  private static String reason(IOException cause) {
    return switch (cause) {
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "a file has this name";
      case FileSystemException failure when failure.getReason() != null -> failure.getReason();
      default -> String.valueOf(cause.getMessage());
    };
  }

  private static String remedy(Path directory, IOException cause, String reason) {
    if (reason.contains(READ_ONLY)) {
      return "; mount a volume there, or name another directory";
    }
    return cause instanceof AccessDeniedException
        ? FileRights.owner()
            .map(owner -> "; make it this user's: " + command(directory, owner) + KUBERNETES)
            .orElse("; make it writable for this user")
        : "";
  }

  private static String command(Path directory, String owner) {
    return Files.exists(directory)
        ? "chown -R %s %s".formatted(owner, directory)
        : "install -d -o %s %s".formatted(owner.replace(":", " -g "), directory);
  }
}
