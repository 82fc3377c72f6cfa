package dev.sluice.api.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Files of a database: the one that has its name, and those that SQLite keeps beside it. */
final class DatabaseFiles {

  /** Statement that writes what the log has into the database. */
  static final String FOLD = "PRAGMA wal_checkpoint(TRUNCATE)";

  private static final List<String> LOGS = List.of("-wal", "-journal");
  private static final String INDEX = "-shm";

  private DatabaseFiles() {}

  /** Deletes a database with its logs. */
  static void delete(Path file) throws IOException {
    // SQLite ignores logs without a database
    Files.deleteIfExists(file);
    deleteLogs(file);
  }

  /** Deletes the logs of a database, which would be replayed into another file of its name. */
  static void deleteLogs(Path file) throws IOException {
    for (String log : LOGS) {
      Files.deleteIfExists(beside(file, log));
    }
    Files.deleteIfExists(beside(file, INDEX));
  }

  /**
   * Gives a database that no process has open a second name, or copies it where the file system has
   * no second names. Leaves nothing if it fails.
   */
  static void link(Path file, Path second) throws IOException {
    try {
      linkOrCopy(file, second);
      for (String log : LOGS) {
        if (Files.exists(beside(file, log))) {
          linkOrCopy(beside(file, log), beside(second, log));
        }
      }
    } catch (IOException e) {
      deletePartial(second, e);
      throw e;
    }
  }

  private static void linkOrCopy(Path file, Path second) throws IOException {
    try {
      Files.createLink(second, file);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(file, second);
    }
  }

  /**
   * Copies the contents of a database, which may be in use, to a file that does not exist. Leaves
   * nothing if it fails.
   */
  static void copy(Path file, Path copy) throws SQLException {
    boolean isNew = Files.notExists(copy);
    // a connection of its own: SQLite copies nothing while statements of the connection are open
    try (Sql sql = Database.connect(file, "")) {
      sql.update("VACUUM INTO ?", copy);
    } catch (SQLException | DatabaseException e) {
      if (isNew) {
        deletePartial(copy, e);
      }
      throw e;
    }
  }

  /** Writes what the log has into the database, if it can be used. */
  static void fold(Path file) {
    try (Sql sql = Database.connect(file, "")) {
      sql.script(FOLD);
    } catch (SQLException | DatabaseException e) {
      // it is kept with its log
    }
  }

  private static void deletePartial(Path file, Exception failure) {
    try {
      delete(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static Path beside(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }
}
