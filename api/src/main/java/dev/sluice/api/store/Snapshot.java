package dev.sluice.api.store;

import dev.sluice.platform.process.DirectoryLock;
import dev.sluice.platform.process.PartDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Optional;

/** Copies of a read model's database, for another API process or as a backup. */
public final class Snapshot {

  private Snapshot() {}

  /**
   * Writes the database in a directory to a file, as it is at the moment. A running API may use it.
   *
   * @throws IllegalStateException if there is no database, the file exists or cannot be written
   */
  public static void write(Path directory, Path file) {
    Path source = directory.resolve(Database.FILE);
    if (!Files.exists(source)) {
      throw new IllegalStateException(
          "there is no read model in %s: give the directory that --read-model names for the API"
              .formatted(directory));
    }
    if (Files.exists(file)) {
      throw new IllegalStateException("%s exists: give a file that does not".formatted(file));
    }
    try {
      DatabaseFiles.copy(source, file);
    } catch (SQLException | DatabaseException e) {
      throw new IllegalStateException(
          "the read model in %s cannot be written to %s: %s"
              .formatted(directory, file, SqliteFailure.of(e).withRemedy(e.getMessage())),
          e);
    }
  }

  /**
   * Puts a snapshot into a directory that no API uses. A database that is there already is kept
   * beside it.
   *
   * @param identity identifies the topics, from which the API reads on where the snapshot ends
   * @return the file of the database that was there before
   * @throws IllegalStateException if the snapshot cannot be used, or is of other topics
   */
  public static Optional<Path> restore(Path file, Path directory, LogIdentity identity) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException("there is no snapshot %s".formatted(file));
    }
    Path database = directory.resolve(Database.FILE);
    Path copy = directory.resolve("restoring.db");
    try {
      PartDirectory.create(directory);
      try (DirectoryLock _ = Database.lock(directory)) {
        // a killed restore leaves a copy, whose log would be replayed into the new one
        DatabaseFiles.delete(copy);
        try {
          Files.copy(file, copy);
          return replace(file, copy, database, identity);
        } finally {
          DatabaseFiles.delete(copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the snapshot %s cannot be copied to %s: %s".formatted(file, directory, e.getMessage()),
          e);
    } catch (SQLException | DatabaseException e) {
      throw new IllegalStateException(
          "the snapshot %s cannot be used: %s"
              .formatted(file, SqliteFailure.of(e).withRemedy(e.getMessage())),
          e);
    }
  }

  /**
   * Completes the copy of a snapshot, and puts it in the place of the database. At no time is there
   * no database, or one with the log of another: the process may be killed at any time.
   */
  private static Optional<Path> replace(Path file, Path copy, Path database, LogIdentity identity)
      throws IOException, SQLException {
    Optional<String> obstacle = Database.migrate(copy, identity);
    if (obstacle.isPresent()) {
      throw new IllegalStateException(
          "the snapshot %s cannot be used: %s".formatted(file, obstacle.get()));
    }
    Optional<KeptFile> kept =
        Files.exists(database)
            ? Optional.of(KeptFile.of(database, "a snapshot was restored"))
            : Optional.empty();
    try (Sql sql = Database.connect(copy, "")) {
      sql.transaction(
          () -> {
            // sequence numbers of this copy and of the original diverge from now on
            Database.newBuild(sql);
            kept.ifPresent(before -> before.note(sql));
          });
      sql.script(DatabaseFiles.FOLD);
    }
    if (kept.isPresent()) {
      DatabaseFiles.fold(database);
      kept.get().link(database);
    }
    DatabaseFiles.deleteLogs(database);
    Files.move(copy, database, StandardCopyOption.ATOMIC_MOVE);
    return kept.map(KeptFile::file);
  }
}
