package dev.sluice.dispatcher.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Names, sizes and times of a directory's files; a different stamp means that the directory may
 * have changed. Follows links, since Kubernetes mounts configuration through links.
 */
record DirectoryStamp(List<String> entries) {

  private static final int MAX_DEPTH = 16;

  static DirectoryStamp of(Path directory) {
    try (Stream<Path> paths = Files.walk(directory.toRealPath(), MAX_DEPTH)) {
      return new DirectoryStamp(paths.sorted().map(DirectoryStamp::entry).toList());
    } catch (IOException | UncheckedIOException e) {
      return new DirectoryStamp(List.of("unreadable: " + e.getMessage()));
    }
  }

  private static String entry(Path path) {
    try {
      return path + " " + Files.size(path) + " " + Files.getLastModifiedTime(path).toMillis();
    } catch (IOException e) {
      return path + " unreadable";
    }
  }
}
