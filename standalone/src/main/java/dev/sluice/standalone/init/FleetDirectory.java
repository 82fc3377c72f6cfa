package dev.sluice.standalone.init;

import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.dispatcher.fleet.FleetProblem;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.ScratchDirectory;
import dev.sluice.standalone.local.FleetSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;

/** The directory of a new fleet. */
record FleetDirectory(Path path) {

  private static final String FILE_NAME = "fleet.yaml";

  Path file() {
    return path.resolve(FILE_NAME);
  }

  /** Reads a text as {@code sluice up} would read it, without writing it to the directory. */
  static FleetReading read(String text) throws IOException {
    try (ScratchDirectory scratch = ScratchDirectory.create("sluice-fleet-")) {
      Files.writeString(scratch.path().resolve(FILE_NAME), text);
      return FleetLoader.read(scratch.path());
    }
  }

  /**
   * Refuses to replace a file that has another content.
   *
   * @param force whether to replace it
   */
  void requireFree(String text, boolean force) throws IOException {
    if (!force && Files.exists(file()) && !Files.readString(file()).equals(text)) {
      throw new ExitException(
          1,
          "%s exists and differs: --force replaces it, --directory names another place, --dry-run only prints"
              .formatted(file()));
    }
  }

  /**
   * Writes the text, with the schema that editors use, and reads the whole directory, which may
   * have other files.
   *
   * @throws ExitException if the fleet there has problems
   */
  void write(String text) throws IOException {
    Files.createDirectories(path);
    FleetSchema.write(path.resolve(FleetSchema.FILE_NAME));
    Path written = Files.writeString(path.resolve("." + FILE_NAME + ".new"), text);
    Files.move(
        written, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    List<FleetProblem> problems = FleetLoader.read(path).problems();
    if (!problems.isEmpty()) {
      throw new ExitException(
          1,
          "the fleet in %s has problems, which other files there cause: %s"
              .formatted(
                  path,
                  problems.stream().map(FleetProblem::toString).collect(Collectors.joining("; "))));
    }
  }
}
