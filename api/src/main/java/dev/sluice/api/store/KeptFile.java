package dev.sluice.api.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Earlier file of the read model, kept beside the one in use. It may have what Kafka has deleted.
 * Only the newest of them are kept.
 *
 * @param why it is not used
 * @param earlier why the files are not used that were kept before, by their names
 */
record KeptFile(Path file, String why, Map<String, String> earlier) {

  /** The number of kept files: each may be as large as the one in use. */
  static final int MOST = 3;

  private static final Logger log = LoggerFactory.getLogger(KeptFile.class);
  private static final String NOTE = "kept ";
  private static final String PREFIX = "read-model-kept-";

  /** Returns the name under which the file in use is to be kept, with its notes of other files. */
  static KeptFile of(Path file, String why) {
    String time =
        Instant.now().truncatedTo(ChronoUnit.MILLIS).toString().replaceAll("[^0-9TZ]", "");
    return new KeptFile(file.resolveSibling(PREFIX + time + ".db"), why, notesIn(file));
  }

  /** Returns the notes of a file that no process has open; none if it cannot be read. */
  private static Map<String, String> notesIn(Path file) {
    try (Sql sql = Database.connect(file, "PRAGMA query_only = 1")) {
      return notes(sql);
    } catch (SQLException | DatabaseException e) {
      return Map.of();
    }
  }

  private static Map<String, String> notes(Sql sql) {
    Map<String, String> notes = new TreeMap<>();
    sql.list(
            "SELECT name, value FROM meta WHERE name LIKE ? || '%'",
            row -> Map.entry(row.text("name").substring(NOTE.length()), row.text("value")), NOTE)
        .forEach(note -> notes.put(note.getKey(), note.getValue()));
    return notes;
  }

  /** Moves a file that no process has open. */
  static KeptFile move(Path file, String why) {
    KeptFile kept = of(file, why);
    kept.link(file);
    try {
      DatabaseFiles.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot move the read model %s away".formatted(file), e);
    }
    return kept;
  }

  /** Keeps a file that no process has open. It stays in its place, too. */
  void link(Path before) {
    try {
      DatabaseFiles.link(before, file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the read model %s cannot be kept as %s".formatted(before, file), e);
    }
    complete(before);
  }

  /** Copies the contents of the file in use. */
  static KeptFile copy(Path file, String why) {
    KeptFile kept = of(file, why);
    try {
      DatabaseFiles.copy(file, kept.file);
    } catch (SQLException e) {
      throw new DatabaseException("the read model cannot be copied to " + kept.file, e);
    }
    kept.complete(file);
    return kept;
  }

  private void complete(Path before) {
    log.atWarn()
        .addKeyValue("file", before)
        .addKeyValue("kept", file)
        .log("an earlier file of the read model is kept: {}", why);
    List<Path> all = all(before);
    for (Path oldest : all.subList(0, Math.max(0, all.size() - MOST))) {
      try {
        DatabaseFiles.delete(oldest);
        log.atWarn()
            .addKeyValue("kept", oldest)
            .log("the oldest kept file of the read model is deleted: {} newer ones are kept", MOST);
      } catch (IOException e) {
        log.atWarn().setCause(e).addKeyValue("kept", oldest).log("a kept file cannot be deleted");
      }
    }
  }

  /** Returns the files that are kept beside the one in use, oldest first. */
  private static List<Path> all(Path inUse) {
    Path directory = inUse.toAbsolutePath().getParent();
    List<Path> kept = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*.db")) {
      files.forEach(kept::add);
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException("cannot list " + directory, e.getCause());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
    // their names have the time
    Collections.sort(kept);
    return kept;
  }

  /** Stores in the file in use that this one is kept, and what was known of those before it. */
  void note(Sql sql) {
    earlier.forEach((name, reason) -> Database.meta(sql, NOTE + name, reason));
    Database.meta(sql, NOTE + file.getFileName(), why);
  }

  /** Returns a sentence for each kept file that still exists. */
  static List<String> noted(Sql sql, Path file) {
    Map<String, String> notes = notes(sql);
    return all(file).stream()
        .map(
            kept ->
                "an earlier file of the read model is not used: %s; what Kafka had deleted by then may only be in %s, which you can delete if you do not need it"
                    .formatted(
                        notes.getOrDefault(kept.getFileName().toString(), "the reason is unknown"),
                        kept))
        .toList();
  }
}
