package dev.sluice.worker.sandbox;

import dev.sluice.platform.process.DirectoryLock;
import dev.sluice.platform.process.ExitActions;
import dev.sluice.platform.process.PartDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's own directory for files that are written during rendering. A process that was
 * killed leaves its directory behind, often in memory ({@code /dev/shm}); the next one removes it,
 * unless a lock shows that another worker of this machine uses it.
 */
public final class Scratch {

  private static final Logger log = LoggerFactory.getLogger(Scratch.class);
  private static final String NAME = "sluice-worker-";

  /** Prefixes of directories that workers of earlier versions left. */
  private static final String[] FORMER_NAMES = {"sluice-render-", "sluice-helm-"};

  /** A directory of this age without a lock is not in use. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private static final Map<Path, Path> PLACES = new ConcurrentHashMap<>();

  private Scratch() {}

  /**
   * Returns the place in a directory; the same each time.
   *
   * @throws UncheckedIOException if nothing can be written there
   */
  public static Path in(Path directory) {
    return PLACES.computeIfAbsent(directory.toAbsolutePath(), Scratch::claim);
  }

  private static Path claim(Path directory) {
    removeLeftOvers(directory);
    try {
      Path place =
          Files.createTempDirectory(
              directory,
              NAME,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Optional<DirectoryLock> lock = DirectoryLock.take(place);
      ExitActions.add(() -> release(place, lock));
      return place;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "nothing can be rendered: %s; or set render-directory"
              .formatted(PartDirectory.refused(directory, e).getMessage()),
          e);
    }
  }

  private static void release(Path place, Optional<DirectoryLock> lock) {
    remove(place);
    lock.ifPresent(DirectoryLock::close);
  }

  private static void removeLeftOvers(Path directory) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "sluice-*")) {
      for (Path entry : entries) {
        if (entry.getFileName().toString().startsWith(NAME)) {
          removeIfUnlocked(entry);
        } else if (isOfFormerVersion(entry) && isAbandoned(entry)) {
          remove(entry);
        }
      }
    } catch (IOException e) {
      log.atWarn()
          .setCause(e)
          .log("cannot look for directories of killed workers in {}", directory);
    }
  }

  private static void removeIfUnlocked(Path place) throws IOException {
    if (!DirectoryLock.wasEverLocked(place)) {
      // another worker may be about to lock it
      if (isAbandoned(place)) {
        remove(place);
      }
      return;
    }
    Optional<DirectoryLock> lock = DirectoryLock.take(place);
    if (lock.isPresent()) {
      try (DirectoryLock held = lock.get()) {
        log.atInfo().log("removing {}, which a killed worker left ({})", place, held);
        remove(place);
      }
    }
  }

  private static boolean isOfFormerVersion(Path entry) {
    String name = entry.getFileName().toString();
    for (String former : FORMER_NAMES) {
      if (name.startsWith(former)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAbandoned(Path entry) throws IOException {
    return Files.getLastModifiedTime(entry).toInstant().isBefore(Instant.now().minus(ABANDONED));
  }

  private static void remove(Path tree) {
    try {
      InputDirectory.delete(tree);
    } catch (NoSuchFileException e) {
      // somebody else removed it
    } catch (IOException e) {
      log.atWarn().setCause(e).log("cannot remove {}", tree);
    }
  }
}
