package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/**
 * Isolation by unnamed users, one for each directory that a renderer works in, which a worker that
 * runs as root may become by {@code setpriv} of util-linux. Files and environments of other users
 * are inaccessible; world-readable files and the network are accessible.
 */
record OtherUser() implements Isolation {

  /** Above the user ids of any system, and of those that containers map. */
  private static final int FIRST = 1_900_000_000;

  private static final int USERS = 50_000;

  @Override
  public IsolationMode mode() {
    return IsolationMode.USER;
  }

  @Override
  public List<String> shell(Path place) {
    String user = Integer.toString(user(place));
    return List.of(
        "/usr/bin/setpriv",
        "--reuid=" + user,
        "--regid=" + user,
        "--clear-groups",
        "--no-new-privs",
        "--inh-caps=-all",
        "--ambient-caps=-all",
        "--bounding-set=-all",
        "--",
        "/bin/sh");
  }

  @Override
  public void handOver(Path directory, Path place) throws IOException {
    int user = user(place);
    Files.setPosixFilePermissions(
        Objects.requireNonNull(place.getParent()), PosixFilePermissions.fromString("rwx--x--x"));
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path entered, BasicFileAttributes attributes)
              throws IOException {
            return give(entered);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            return give(file);
          }

          private FileVisitResult give(Path path) throws IOException {
            Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", user, LinkOption.NOFOLLOW_LINKS);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static int user(Path place) {
    return FIRST + Math.floorMod(place.toString().hashCode(), USERS);
  }
}
