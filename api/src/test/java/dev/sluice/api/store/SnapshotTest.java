package dev.sluice.api.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {

  private static final TopicPartition RESULTS = new TopicPartition("sluice.results", 0);
  private static final LogIdentity LOG =
      new LogIdentity("log-1", List.of(RESULTS), Map.of(RESULTS, 100L));

  @TempDir Path directory;
  private Path file;
  private Path place;
  private Path database;
  private Path copy;

  @BeforeEach
  void snapshotOfEast() throws Exception {
    Path source = directory.resolve("source");
    file = directory.resolve("snapshot.db");
    place = Files.createDirectory(directory.resolve("place"));
    database = place.resolve("read-model.db");
    copy = place.resolve("restoring.db");
    fill(source, "east");
    Snapshot.write(source, file);
  }

  @Test
  void theLogOfAKilledRestoreIsNotReplayed() throws Exception {
    Files.copy(file, copy);
    Path log = place.resolve("restoring.db-wal");
    byte[] unfinished;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA journal_mode = WAL");
      statement.executeUpdate("INSERT INTO cluster (cluster) VALUES ('ghost')");
      unfinished = Files.readAllBytes(log);
    }
    Files.write(log, unfinished);

    assertThat(Snapshot.restore(file, place, LOG)).isEmpty();

    assertThat(clusters(database)).isEqualTo("east");
    assertOnlyTheDatabaseIsLeft();
  }

  @Test
  void theLogOfAKilledApiIsKeptWithItsDatabaseAndNotReplayedIntoTheSnapshot() throws Exception {
    fill(place, "west");
    Path log = place.resolve("read-model.db-wal");
    byte[] unfinished;
    byte[] before = Files.readAllBytes(database);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO cluster (cluster) VALUES ('written-last')");
      unfinished = Files.readAllBytes(log);
    }
    Files.write(database, before);
    Files.write(log, unfinished);

    Optional<Path> kept = Snapshot.restore(file, place, LOG);

    assertThat(clusters(kept.orElseThrow())).isEqualTo("west,written-last");
    assertThat(clusters(database)).isEqualTo("east");
    assertOnlyTheDatabaseIsLeft();
  }

  @Test
  void aRestoreThatFailsLeavesTheDatabaseInItsPlace() throws Exception {
    fill(place, "west");
    execute(
        file,
        "CREATE TRIGGER refusing BEFORE INSERT ON meta WHEN new.name = 'build'"
            + " BEGIN SELECT RAISE(ABORT, 'no build'); END");

    assertThatThrownBy(() -> Snapshot.restore(file, place, LOG)).hasMessageContaining("no build");

    assertThat(clusters(database)).isEqualTo("west");
    assertThat(place).isDirectoryNotContaining("glob:**-kept-*");
    assertOnlyTheDatabaseIsLeft();
  }

  @Test
  void aDatabaseThatCannotBeReadIsReplacedAndKept() throws Exception {
    Files.writeString(database, "not a database, but long enough\n");

    Optional<Path> kept = Snapshot.restore(file, place, LOG);

    assertThat(kept.orElseThrow()).hasContent("not a database, but long enough");
    assertThat(clusters(database)).isEqualTo("east");
  }

  @Test
  void aRestoreKeepsWhatIsKnownOfFilesThatWereKeptBefore() throws Exception {
    fill(place, "west");
    Files.createFile(place.resolve("read-model-kept-20250101T000000000Z.db"));
    execute(
        database,
        "INSERT INTO meta VALUES ('kept read-model-kept-20250101T000000000Z.db', 'an old reason')");

    assertThat(Snapshot.restore(file, place, LOG)).isPresent();

    try (Database restored = Database.open(place, LOG, Silences.NONE)) {
      assertThat(restored.kept())
          .satisfiesExactly(
              first -> assertThat(first).contains("an old reason"),
              second -> assertThat(second).contains("a snapshot was restored"));
    }
  }

  @Test
  void aSnapshotThatFailsLeavesNoFile() throws Exception {
    fill(place, "west");
    damage(database);
    Path partial = directory.resolve("partial.db");

    assertThatThrownBy(() -> Snapshot.write(place, partial))
        .hasMessageContaining("cannot be written to " + partial);

    assertThat(partial).doesNotExist();
  }

  @Test
  void aRebuildThatFailsLeavesNoPartialCopy() throws Exception {
    fill(place, "west");
    damage(database);
    try (Database read = Database.open(place, LOG, Silences.NONE)) {
      assertThatThrownBy(
              () -> read.rebuild(new LogIdentity("log-2", List.of(RESULTS), Map.of(RESULTS, 0L))))
          .isInstanceOf(DatabaseException.class);
    }

    assertThat(place).isDirectoryNotContaining("glob:**-kept-*");
  }

  private void assertOnlyTheDatabaseIsLeft() {
    assertThat(place).isDirectoryNotContaining("glob:**restoring.db*");
    assertThat(place).isDirectoryNotContaining("glob:**read-model.db-*");
  }

  private static void fill(Path directory, String cluster) throws SQLException {
    Database.open(directory, LOG, Silences.NONE).close();
    execute(
        directory.resolve("read-model.db"),
        "INSERT INTO cluster (cluster) VALUES ('%s')".formatted(cluster));
  }

  /** Overwrites the middle of a value that is stored over many pages. */
  private static void damage(Path database) throws Exception {
    execute(
        database,
        "INSERT INTO event VALUES (1, 5000, 'applied', 'id', '', '', 'results', 0, 7, 'east',"
            + " 'web', NULL, zeroblob(1000000))");
    byte[] bytes = Files.readAllBytes(database);
    for (int i = bytes.length - 500_000; i < bytes.length - 400_000; i++) {
      bytes[i] = (byte) 0xee;
    }
    Files.write(database, bytes);
  }

  private static void execute(Path database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static String clusters(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      return statement
          .executeQuery("SELECT group_concat(cluster ORDER BY cluster) FROM cluster")
          .getString(1);
    }
  }
}
