package dev.sluice.platform.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mark that a directory is in use, a lock on a file in it. The system lets go of it when the
 * process ends, however it ends: so what a killed process has left can be told from what another
 * one is working with, on whatever side of a container's wall that is.
 */
public final class DirectoryLock implements AutoCloseable {

  private static final String FILE = "lock";

  /**
   * What this process holds. To open one of these a second time and to close it again would end the
   * lock (POSIX, {@code fcntl}).
   */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path file;
  private final FileChannel channel;

  private DirectoryLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock of an existing directory.
   *
   * @return empty if it is in use, by this process or another, or if nothing can be locked there
   */
  public static Optional<DirectoryLock> take(Path directory) {
    synchronized (HELD) {
      Path file;
      try {
        file = directory.toRealPath().resolve(FILE);
      } catch (IOException e) {
        return Optional.empty();
      }
      if (HELD.contains(file)) {
        return Optional.empty();
      }
      FileChannel channel = lock(file);
      if (channel == null) {
        return Optional.empty();
      }
      HELD.add(file);
      return Optional.of(new DirectoryLock(file, channel));
    }
  }

  /** Whether a directory has ever been locked. */
  public static boolean hasLock(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  private static @Nullable FileChannel lock(Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return channel;
        }
      } catch (IOException e) {
        // as if it were in use: then nothing of it is touched
      }
      channel.close();
    } catch (IOException e) {
      // the same
    }
    return null;
  }

  @Override
  public void close() {
    synchronized (HELD) {
      HELD.remove(file);
      try {
        channel.close();
      } catch (IOException e) {
        // the lock is gone with the process at the latest
      }
    }
  }
}
