package dev.sluice.api.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.DirectoryLock;
import dev.sluice.platform.process.PartDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Database file of the read model (SQLite, write-ahead log): one writer, and several readers that
 * see what was committed. A file of an earlier version is migrated. One that is damaged, of a
 * version that cannot be used, or of another log, is kept beside the new one, since it may have
 * what Kafka has deleted.
 */
public final class Database implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  /** Name of the file in its directory. */
  static final String FILE = "read-model.db";

  private static final int READERS = 4;
  private static final String COMPLETE = "complete";
  private static final Pattern VERSION = Pattern.compile("\\d{1,9}");

  private final DirectoryLock lock;
  private final Path file;
  private final Sql writer;
  private final BlockingQueue<Sql> readers = new ArrayBlockingQueue<>(READERS);
  private volatile String build;

  private Database(DirectoryLock lock, Path file, Silences silences) throws SQLException {
    this.lock = lock;
    this.file = file;
    this.writer = connect(file, "PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000");
    for (int i = 0; i < READERS; i++) {
      Sql reader = connect(file, "PRAGMA query_only = 1; PRAGMA cache_size = -4000");
      reader.define(SilenceFunction.NAME, new SilenceFunction(silences));
      reader.define(FollowsFunction.NAME, new FollowsFunction());
      readers.add(reader);
    }
    this.build = meta(writer, "build").orElse("");
  }

  /**
   * Opens the file, or creates it.
   *
   * @param identity identifies the log; a log that ends before the stored positions counts as
   *     another one
   * @param silences asked at each query
   * @throws IllegalStateException if another process uses the file, or it cannot be read or written
   *     at the moment; it stays in its place
   */
  public static Database open(Path directory, LogIdentity identity, Silences silences) {
    Path file = directory.resolve(FILE);
    try {
      PartDirectory.create(directory);
      DirectoryLock lock = lock(directory);
      try {
        prepare(file, identity);
        return new Database(lock, file, silences);
      } catch (SQLException | RuntimeException e) {
        lock.close();
        throw new IllegalStateException(
            "cannot open the read model %s: %s"
                .formatted(file, SqliteFailure.of(e).withRemedy(e.getMessage())),
            e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Returns the id of this build of the database. */
  public String build() {
    return build;
  }

  /** Returns whether the contents were read from these topics. For the writing thread. */
  public boolean isAbout(LogIdentity identity) {
    return isAbout(writer, identity);
  }

  /**
   * Empties the database and binds it to these topics. The contents are kept in a file beside it.
   * For the writing thread.
   */
  public void rebuild(LogIdentity identity) {
    String why = "the topics were created again, or have lost records";
    KeptFile kept = KeptFile.copy(file, why);
    writer.transaction(
        () -> {
          for (String kind : new String[] {"view", "table"}) {
            writer
                .list(
                    "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'",
                    row -> row.text("name"), kind)
                .forEach(name -> writer.script("DROP %s \"%s\"".formatted(kind, name)));
          }
          fill(writer, identity);
          kept.note(writer);
        });
    build = meta(writer, "build").orElse("");
  }

  /** Returns whether the topics were ever read to their ends. For the writing thread. */
  public boolean isComplete() {
    return meta(writer, COMPLETE).isPresent();
  }

  /** Stores that the topics were read to their ends. For the writing thread. */
  public void complete() {
    meta(writer, COMPLETE, "yes");
  }

  /** Returns sentences about earlier files that are kept beside this one. */
  public List<String> kept() {
    return read(sql -> KeptFile.noted(sql, file));
  }

  /** Returns the connection for the writing thread. */
  public Sql writer() {
    return writer;
  }

  /** Runs a query; waits while all readers are busy. */
  public <T> T read(Function<Sql, T> question) {
    Sql reader = take();
    try {
      return question.apply(reader);
    } finally {
      readers.add(reader);
    }
  }

  private Sql take() {
    try {
      return readers.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the read model", e);
    }
  }

  static DirectoryLock lock(Path directory) {
    return DirectoryLock.take(directory)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "another process uses the read model in %s%s: give each its own directory; if none does, %s"
                        .formatted(
                            directory,
                            DirectoryLock.holder(directory)
                                .map(" (process %d)"::formatted)
                                .orElse(""),
                            SqliteFailure.NOT_PERMITTED.remedy())));
  }

  private static void prepare(Path file, LogIdentity identity) throws SQLException {
    Optional<KeptFile> kept =
        Files.exists(file)
            ? migrate(file, identity).map(obstacle -> KeptFile.move(file, obstacle))
            : Optional.empty();
    if (Files.exists(file)) {
      return;
    }
    try (Sql sql = connect(file, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL")) {
      sql.transaction(
          () -> {
            fill(sql, identity);
            kept.ifPresent(before -> before.note(sql));
          });
    }
  }

  /**
   * Migrates a file to this version. Returns why it cannot be used, or empty if it can.
   *
   * @throws DatabaseException if the file may be usable, but not at the moment
   */
  static Optional<String> migrate(Path file, LogIdentity identity) throws SQLException {
    try (Sql sql = connect(file, "PRAGMA journal_mode = WAL")) {
      if (sql.number("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'meta'") == 0) {
        return Optional.of("it is not a read model: it has no table meta");
      }
      Optional<String> stored = meta(sql, "version");
      int version = stored.filter(VERSION.asMatchPredicate()).map(Integer::parseInt).orElse(0);
      if (version < Migrations.FIRST || version > Migrations.newest()) {
        return Optional.of(
            "its version is %s, and this program can use %d to %d"
                .formatted(stored.orElse("unknown"), Migrations.FIRST, Migrations.newest()));
      }
      if (!isAbout(sql, identity)) {
        return Optional.of("it is of other topics, or the topics have lost records");
      }
      sql.requireWritable();
      if (version < Migrations.newest() || !hasCurrentViews(sql)) {
        sql.transaction(() -> migrate(sql, version));
      }
      Migrations.after(version)
          .forEach(
              step ->
                  log.atInfo()
                      .addKeyValue("version", step.version())
                      .log("the read model was migrated: it has {}", step.what()));
      return Optional.empty();
    } catch (SQLException | DatabaseException e) {
      if (SqliteFailure.of(e) == SqliteFailure.DAMAGED) {
        return Optional.of("it cannot be read: " + e.getMessage());
      }
      throw e;
    }
  }

  private static boolean hasCurrentViews(Sql sql) {
    return sql.find(
            "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = 'shown_status'",
            row -> row.text("sql"))
        .filter(view -> resource("views.sql").contains(view + ";"))
        .isPresent();
  }

  private static void migrate(Sql sql, int version) {
    sql.script("DROP VIEW IF EXISTS shown_status");
    Migrations.after(version).forEach(step -> step.change().accept(sql));
    sql.script(resource("views.sql"));
    sql.update("UPDATE meta SET value = ? WHERE name = 'version'", Migrations.newest());
  }

  private static boolean isAbout(Sql sql, LogIdentity identity) {
    return meta(sql, "log").equals(Optional.of(identity.value()))
        && identity.ends().entrySet().stream()
            .noneMatch(end -> position(sql, end.getKey()).orElse(0L) > end.getValue());
  }

  private static void fill(Sql sql, LogIdentity identity) {
    sql.script(resource("schema.sql"));
    meta(sql, "version", Integer.toString(Migrations.FIRST));
    migrate(sql, Migrations.FIRST);
    meta(sql, "log", identity.value());
    newBuild(sql);
  }

  /** Stores another id of this build. */
  static void newBuild(Sql sql) {
    meta(sql, "build", Long.toString(System.currentTimeMillis(), 36));
  }

  /** Returns the next position of a partition, or empty if nothing was read of it. */
  public static Optional<Long> position(Sql sql, TopicPartition partition) {
    return sql.find(
        "SELECT next FROM position WHERE topic = ? AND partition = ?",
        row -> row.number("next"),
        partition.topic(),
        partition.partition());
  }

  static Optional<String> meta(Sql sql, String name) {
    return sql.find("SELECT value FROM meta WHERE name = ?", row -> row.text("value"), name);
  }

  static void meta(Sql sql, String name, String value) {
    sql.update("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value);
  }

  static String resource(String name) {
    try (InputStream in = Database.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Sql connect(Path file, String pragmas) throws SQLException {
    Properties properties = new Properties();
    // otherwise the driver asks for the key after each insertion
    properties.setProperty("jdbc.get_generated_keys", "false");
    Sql sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file, properties));
    try {
      // a crash may lose the end of the write-ahead log; it is read from the topics again
      sql.script("PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000; " + pragmas);
    } catch (DatabaseException e) {
      sql.close();
      throw e;
    }
    return sql;
  }

  @Override
  public void close() {
    for (int i = 0; i < READERS; i++) {
      take().close();
    }
    writer.close();
    lock.close();
  }
}
