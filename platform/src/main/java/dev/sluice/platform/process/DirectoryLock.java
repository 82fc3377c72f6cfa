package dev.sluice.platform.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
 * Marks a directory as in use by a lock on a file in it. The operating system releases the lock
 * when the process ends, however it ends. So directories of a killed process can be distinguished
 * from those in use by another process, even one in another container.
 */
public final class DirectoryLock implements AutoCloseable {

  private static final String FILE = "lock";

  /**
   * The lock files held by this process. Opening and closing one of them a second time would
   * release its lock (POSIX, {@code fcntl}).
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
   * @return empty if it is in use, by this process or another, or if locking is not possible there
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

  /** Returns the id of the process that has locked a directory, if it is known. */
  public static Optional<Long> holder(Path directory) {
    synchronized (HELD) {
      try {
        Path file = directory.toRealPath().resolve(FILE);
        return Optional.of(
            HELD.contains(file)
                ? ProcessHandle.current().pid()
                : Long.parseLong(Files.readString(file).strip()));
      } catch (IOException | NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /** Returns whether a directory has ever been locked. */
  public static boolean wasEverLocked(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  private static @Nullable FileChannel lock(Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          name(channel);
          return channel;
        }
      } catch (IOException e) {
        // treated as in use, so that the directory is left alone
      }
      channel.close();
    } catch (IOException e) {
      // treated as in use, too
    }
    return null;
  }

  /** Writes the id of this process, for {@link #holder}. */
  private static void name(FileChannel channel) {
    try {
      channel.truncate(0);
      channel.write(US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
    } catch (IOException e) {
      // the lock holds all the same
    }
  }

  @Override
  public void close() {
    synchronized (HELD) {
      HELD.remove(file);
      try {
        channel.close();
      } catch (IOException e) {
        // the lock is released at the end of the process at the latest
      }
    }
  }
}
