package dev.sluice.standalone.cli;

import dev.sluice.platform.process.ExitActions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary directory of a command, deleted after it, also when the command is stopped. */
public final class ScratchDirectory implements AutoCloseable {

  /** Attempts to delete it: files may still be written while the process ends. */
  private static final int ATTEMPTS = 3;

  private final Path path;
  private final Runnable onStop;

  private ScratchDirectory(Path path) {
    this.path = path;
    this.onStop = () -> delete(path);
  }

  /** Creates a directory whose name has the prefix. */
  public static ScratchDirectory create(String prefix) throws IOException {
    ScratchDirectory directory = new ScratchDirectory(Files.createTempDirectory(prefix));
    ExitActions.add(directory.onStop);
    return directory;
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    delete(path);
    ExitActions.remove(onStop);
  }

  private static void delete(Path directory) {
    for (int attempt = 1; Files.exists(directory); attempt++) {
      try {
        for (Path file : contents(directory)) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        if (attempt == ATTEMPTS) {
          System.err.println("sluice: " + directory + " is left over: " + e.getMessage());
          return;
        }
      }
    }
  }

  /** Returns the files, each before its directory. */
  private static List<Path> contents(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}
