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
 * Removes files that a killed process has left in the directory of mirrors: incomplete mirrors and
 * packs, which waste space, and lock files, which prevent updates of refs. To be called before any
 * mirror is opened, by the process that holds the directory's lock.
 */
final class LeftOvers {

  /** Prefixes of directories of mirrors that are being created or deleted. */
  static final String NEW = ".new-";

  static final String GONE = ".gone-";

  private static final Logger log = LoggerFactory.getLogger(LeftOvers.class);

  /** Names of JGit's incomplete packs and objects, lock files and fetch markers. */
  private static final Pattern FILE =
      Pattern.compile("incoming_.*|noz.*\\.tmp|gc_.*_tmp|gc\\.pid|.*\\.(lock|keep)|new-.*");

  private LeftOvers() {}

  /** Removes leftover files from a directory of mirrors and charts. */
  static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    for (Path entry : entries(directory)) {
      String name = entry.getFileName().toString();
      if (name.startsWith(NEW) || name.startsWith(GONE)) {
        log.atInfo().log("removing {}, a leftover of a killed process", entry);
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
              log.atInfo().log("removing {}, a leftover of a killed process", file);
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
