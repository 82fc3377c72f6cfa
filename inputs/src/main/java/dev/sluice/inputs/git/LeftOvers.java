package dev.sluice.inputs.git;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process that was killed has left among mirrors: halves of mirrors and of packs, which take
 * room for ever, and locks, with which a ref could not be moved any more. To be removed before
 * anything is opened, by the one process that has the directory.
 */
final class LeftOvers {

  /** Directories that are on their way to becoming a mirror, or away from it. */
  static final String NEW = ".new-";

  static final String GONE = ".gone-";

  private static final Logger log = LoggerFactory.getLogger(LeftOvers.class);

  /** What JGit calls packs and objects that are not complete, its locks, and marks of fetches. */
  private static final Pattern FILE =
      Pattern.compile("incoming_.*|noz.*\\.tmp|gc_.*_tmp|gc\\.pid|.*\\.(lock|keep)|new-.*");

  private LeftOvers() {}

  /** Removes them from a directory of mirrors and charts. */
  static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    for (Path entry : entries(directory)) {
      String name = entry.getFileName().toString();
      if (name.startsWith(NEW) || name.startsWith(GONE)) {
        log.atInfo().log("removing {}, which a process that was killed has left", entry);
        FileTree.delete(entry);
      } else if (Files.isDirectory(entry)) {
        removeFiles(entry);
      }
    }
  }

  private static void removeFiles(Path mirror) throws IOException {
    Files.walkFileTree(
        mirror,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (FILE.matcher(file.getFileName().toString()).matches()) {
              log.atInfo().log("removing {}, which a process that was killed has left", file);
              Files.deleteIfExists(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  static List<Path> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }
}
