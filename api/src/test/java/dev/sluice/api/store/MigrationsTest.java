package dev.sluice.api.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigrationsTest {

  private static final TopicPartition RESULTS = new TopicPartition("sluice.results", 0);
  private static final LogIdentity LOG =
      new LogIdentity("log-1", List.of(RESULTS), Map.of(RESULTS, 100L));

  @TempDir Path directory;

  @Test
  void theFirstSchemaStaysAsItWasReleased() throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(Database.resource("schema.sql").getBytes(UTF_8));

    assertThat(HexFormat.of().formatHex(digest))
        .as("do not edit schema.sql: add a step to Migrations")
        .isEqualTo("4dbb02a75c9c8cf6ded7179be56354f2d1ddd76d91449757992388c0c96e49e2");
  }

  @Test
  void stepsAreNumberedWithoutGaps() {
    assertThat(Migrations.after(Migrations.FIRST))
        .extracting(Migrations.Step::version)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(Migrations.FIRST + 1, Migrations.newest()).boxed().toList());
    assertThat(Migrations.after(Migrations.newest())).isEmpty();
  }

  @Test
  void aFileOfAnEarlierVersionKeepsItsContents() throws Exception {
    file(
        "18",
        "log-1",
        "INSERT INTO position VALUES ('sluice.results', 0, 8)",
        "INSERT INTO event VALUES (1, 5000, 'applied', 'id', '', '', 'results', 0, 7, 'east',"
            + " 'web', NULL, x'7b7d')");

    try (Database database = open()) {
      assertThat(database.writer().number("SELECT offset AS n FROM event")).isEqualTo(7);
      assertThat(Database.position(database.writer(), RESULTS)).contains(8L);
      assertThat(database.kept()).isEmpty();
      long shown = database.read(sql -> sql.number("SELECT count(*) AS n FROM shown_status"));
      assertThat(shown).isZero();
      assertThat(
              database
                  .writer()
                  .list(
                      "SELECT * FROM gap",
                      row ->
                          "%s %d %d %d"
                              .formatted(
                                  row.text("topic"),
                                  row.number("first"),
                                  row.number("next"),
                                  row.number("at"))))
          .containsExactly("sluice.results 0 7 5000");
    }
    try (Database again = open()) {
      assertThat(again.writer().number("SELECT count(*) AS n FROM event")).isEqualTo(1);
    }
  }

  @Test
  void aFileThatCannotBeMigratedIsKeptAndReported() throws Exception {
    file("17", "log-1", "INSERT INTO cluster (cluster) VALUES ('east')");

    assertIsKept("its version is 17, and this program can use 18 to " + Migrations.newest());
  }

  @Test
  void aFileOfALaterVersionIsKeptAndReported() throws Exception {
    file("9999", "log-1", "INSERT INTO cluster (cluster) VALUES ('east')");

    assertIsKept("its version is 9999, and this program can use 18 to " + Migrations.newest());
  }

  @Test
  void aFileOfAnotherLogIsKeptAndReported() throws Exception {
    file("18", "log-2", "INSERT INTO cluster (cluster) VALUES ('east')");

    assertIsKept("it is of other topics, or the topics have lost records");
  }

  @Test
  void aFileThatIsNoDatabaseIsKeptAndReported() throws Exception {
    Files.writeString(directory.resolve("read-model.db"), "not a database, but long enough\n");

    try (Database database = open()) {
      assertThat(database.kept()).singleElement().asString().contains("it cannot be read: ");
    }
  }

  @Test
  void aDatabaseOfAnotherProgramIsKeptAndReported() throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("read-model.db"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE TABLE other (name TEXT)");
    }

    try (Database database = open()) {
      assertThat(database.kept()).singleElement().asString().contains("it has no table meta");
    }
  }

  @Test
  void aFileThatCannotBeOpenedStaysAndFailsTheStart() throws Exception {
    file("18", "log-1", "INSERT INTO cluster (cluster) VALUES ('east')");
    Path file = directory.resolve("read-model.db");
    Path log = Files.createDirectory(directory.resolve("read-model.db-wal"));

    assertThatThrownBy(this::open)
        .hasMessageContaining("cannot open the read model " + file + ": ")
        .hasMessageContaining("SQLITE_CANTOPEN")
        .hasMessageContaining("to the user of the API");

    Files.delete(log);
    assertThat(clusters(file)).isEqualTo("east");
    assertThat(directory).isDirectoryNotContaining("glob:**-kept-*");
    try (Database database = open()) {
      assertThat(database.writer().number("SELECT count(*) AS n FROM cluster")).isEqualTo(1);
    }
  }

  @Test
  void aFileThatCannotBeWrittenStaysAndFailsTheStart() throws Exception {
    open().close();
    Path file = directory.resolve("read-model.db");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    assumeFalse(Files.isWritable(file), "the administrator may write all files");

    assertThatThrownBy(this::open)
        .hasMessageContaining("cannot open the read model " + file + ": ")
        .hasMessageContaining("to the user of the API");
    assertThat(directory).isDirectoryNotContaining("glob:**-kept-*");
  }

  @Test
  void aMigrationThatFailsLeavesTheFileAsItWas() throws Exception {
    file(
        "18",
        "log-1",
        "INSERT INTO cluster (cluster) VALUES ('east')",
        "CREATE TABLE gap (a TEXT)");
    Path file = directory.resolve("read-model.db");

    assertThatThrownBy(this::open)
        .hasMessageContaining("cannot open the read model " + file)
        .hasMessageContaining("table gap already exists");

    assertThat(clusters(file)).isEqualTo("east");
    assertThat(directory).isDirectoryNotContaining("glob:**-kept-*");
  }

  @ParameterizedTest
  @CsvSource({
    "8, NOT_PERMITTED",
    "1032, NOT_PERMITTED",
    "14, NOT_PERMITTED",
    "3, NOT_PERMITTED",
    "5, IN_USE",
    "261, IN_USE",
    "6, IN_USE",
    "13, FULL",
    "10, DISK",
    "778, DISK",
    "11, DAMAGED",
    "267, DAMAGED",
    "26, DAMAGED",
    "1, OTHER",
    "19, OTHER"
  })
  void onlyADamagedFileIsReplaced(int code, SqliteFailure expected) {
    SQLException failure = new SQLException("reason", "", code);

    assertThat(SqliteFailure.of(new IllegalStateException(failure))).isEqualTo(expected);
  }

  @Test
  void aFullDiskIsReportedWithItsRemedy() {
    assertThat(SqliteFailure.FULL.withRemedy("the database or disk is full"))
        .isEqualTo("the database or disk is full: free disk space");
  }

  @Test
  void aCurrentFileIsNotRewritten() throws Exception {
    open().close();
    long before = schemaChanges();

    open().close();

    assertThat(schemaChanges()).isEqualTo(before);
  }

  @Test
  void viewsOfAnotherProgramOfTheSameVersionAreReplaced() throws Exception {
    try (Database database = open()) {
      database
          .writer()
          .script("DROP VIEW shown_status; CREATE VIEW shown_status AS SELECT 1 AS application");
    }

    try (Database database = open()) {
      long shown = database.read(sql -> sql.number("SELECT count(sync) AS n FROM shown_status"));
      assertThat(shown).isZero();
    }
  }

  @Test
  void theOldestObservationsAndThoseOfRemovedApplicationsAreDeleted() throws Exception {
    String row = "INSERT INTO observation WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1";
    String rest =
        " SELECT i, %d, '%s', 'east', 1, 0, 'healed', NULL, NULL, NULL, NULL, '', NULL FROM n";
    file(
        "18",
        "log-1",
        row + " FROM n WHERE i < 1200)" + rest.formatted(0, "web"),
        row + " FROM n WHERE i < 3)" + rest.formatted(1, "gone"),
        "INSERT INTO status (application, cluster, generation, phase) VALUES ('gone', 'east', 2,"
            + " 'Removed')");

    try (Database database = open()) {
      assertThat(
              database
                  .writer()
                  .list(
                      "SELECT application, count(*) AS n, min(sequence) AS first FROM observation"
                          + " GROUP BY 1",
                      found ->
                          "%s %d from %d"
                              .formatted(
                                  found.text("application"),
                                  found.number("n"),
                                  found.number("first"))))
          .containsExactly("web 1000 from 201");
    }
  }

  @Test
  void aRebuildKeepsTheContentsBeforeIt() throws Exception {
    file("18", "log-1", "INSERT INTO cluster (cluster) VALUES ('east')");
    LogIdentity other = new LogIdentity("log-3", List.of(RESULTS), Map.of(RESULTS, 0L));

    try (Database database = open()) {
      database.rebuild(other);

      assertThat(database.isAbout(other)).isTrue();
      assertThat(database.writer().number("SELECT count(*) AS n FROM cluster")).isZero();
      assertThat(database.kept()).hasSize(1);
      assertThat(clusters(kept())).isEqualTo("east");
    }
  }

  @Test
  void aRebuildKeepsWhatIsKnownOfFilesThatWereKeptBefore() throws Exception {
    file("17", "log-1", "INSERT INTO cluster (cluster) VALUES ('east')");

    try (Database database = open()) {
      database.rebuild(new LogIdentity("log-3", List.of(RESULTS), Map.of(RESULTS, 0L)));

      assertThat(database.kept())
          .hasSize(2)
          .first()
          .asString()
          .contains("its version is 17", kept().toString());
      assertThat(database.kept().getLast()).contains("the topics were created again");
    }
  }

  @Test
  void anotherLogKeepsWhatIsKnownOfFilesThatWereKeptBefore() throws Exception {
    file("17", "log-1");
    open().close();

    LogIdentity other = new LogIdentity("log-3", List.of(RESULTS), Map.of(RESULTS, 0L));
    try (Database database = Database.open(directory, other, Silences.NONE)) {
      assertThat(database.kept())
          .satisfiesExactly(
              first -> assertThat(first).contains("its version is 17"),
              second -> assertThat(second).contains("it is of other topics"));
    }
  }

  @Test
  void onlyTheNewestFilesAreKept() throws Exception {
    Path oldest = Files.createFile(directory.resolve("read-model-kept-20250101T000000000Z.db"));
    Path log = Files.createFile(directory.resolve(oldest.getFileName() + "-wal"));
    for (int day = 2; day <= KeptFile.MOST; day++) {
      Files.createFile(directory.resolve("read-model-kept-2025010%dT000000000Z.db".formatted(day)));
    }
    try (Database database = open()) {
      assertThat(database.kept()).hasSize(KeptFile.MOST);

      database.rebuild(new LogIdentity("log-3", List.of(RESULTS), Map.of(RESULTS, 0L)));

      assertThat(database.kept())
          .hasSize(KeptFile.MOST)
          .first()
          .asString()
          .contains("the reason is unknown", "20250102");
      assertThat(oldest).doesNotExist();
      assertThat(log).doesNotExist();
    }
  }

  private void assertIsKept(String why) throws Exception {
    try (Database database = open()) {
      assertThat(database.writer().number("SELECT count(*) AS n FROM cluster")).isZero();
      assertThat(database.kept())
          .singleElement()
          .asString()
          .contains("an earlier file of the read model is not used: " + why, kept().toString());
    }
    try (Database again = open()) {
      assertThat(again.kept()).hasSize(1);
    }
    assertThat(clusters(kept())).isEqualTo("east");
    Files.delete(kept());
    try (Database again = open()) {
      assertThat(again.kept()).isEmpty();
    }
  }

  /** Returns the oldest kept file. */
  private Path kept() throws Exception {
    try (var files = Files.newDirectoryStream(directory, "read-model-kept-*.db")) {
      return StreamSupport.stream(files.spliterator(), false).min(Path::compareTo).orElseThrow();
    }
  }

  private Database open() {
    return Database.open(directory, LOG, Silences.NONE);
  }

  private long schemaChanges() throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("read-model.db"));
        Statement statement = connection.createStatement()) {
      return statement.executeQuery("PRAGMA schema_version").getLong(1);
    }
  }

  private static String clusters(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      return statement.executeQuery("SELECT group_concat(cluster) FROM cluster").getString(1);
    }
  }

  /** Writes a file as an earlier version left it. */
  private void file(String version, String log, String... rows) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("read-model.db"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA journal_mode = WAL");
      statement.executeUpdate(Database.resource("schema.sql"));
      statement.executeUpdate("INSERT INTO meta VALUES ('version', '%s')".formatted(version));
      statement.executeUpdate("INSERT INTO meta VALUES ('log', '%s')".formatted(log));
      statement.executeUpdate("INSERT INTO meta VALUES ('build', 'b')");
      for (String row : rows) {
        statement.executeUpdate(row);
      }
    }
  }
}
