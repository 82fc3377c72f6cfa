package dev.sluice.api.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.DirectoryLock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Database file of the read model (SQLite, write-ahead log): one writer, and several readers that
 * see what was committed. A file with another schema, or of another log, is rebuilt.
 */
public final class Database implements AutoCloseable {

  /** Version of schema.sql and of the projections; increase it when either changes. */
  static final String VERSION = "14";

  private static final Logger log = LoggerFactory.getLogger(Database.class);
  private static final int READERS = 4;

  private final DirectoryLock lock;
  private final Sql writer;
  private final BlockingQueue<Sql> readers = new ArrayBlockingQueue<>(READERS);
  private volatile String build;

  private Database(DirectoryLock lock, Path file, Silences silences) throws SQLException {
    this.lock = lock;
    this.writer = connect(file, "PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000");
    for (int i = 0; i < READERS; i++) {
      Sql reader = connect(file, "PRAGMA query_only = 1; PRAGMA cache_size = -4000");
      reader.define(SilenceFunction.NAME, new SilenceFunction(silences));
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
   * @throws IllegalStateException if another process uses the file, or it cannot be written
   */
  public static Database open(Path directory, LogIdentity identity, Silences silences) {
    Path file = directory.resolve("read-model.db");
    try {
      Files.createDirectories(directory);
      DirectoryLock lock = lock(directory);
      try {
        if (Files.exists(file) && !isAbout(file, identity)) {
          log.atInfo().addKeyValue("file", file).log("rebuilding the read model");
          for (String suffix : new String[] {"", "-wal", "-shm"}) {
            Files.deleteIfExists(directory.resolve("read-model.db" + suffix));
          }
        }
        if (!Files.exists(file)) {
          create(file, identity);
        }
        return new Database(lock, file, silences);
      } catch (SQLException | RuntimeException e) {
        lock.close();
        throw new IllegalStateException(
            "cannot open the read model %s: %s".formatted(file, e.getMessage()), e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the directory " + directory, e);
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

  /** Empties the database and binds it to these topics. For the writing thread. */
  public void rebuild(LogIdentity identity) {
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
        });
    build = meta(writer, "build").orElse("");
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

  private static DirectoryLock lock(Path directory) {
    return DirectoryLock.take(directory)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "another process uses the read model in %s%s: give each its own directory"
                        .formatted(
                            directory,
                            DirectoryLock.holder(directory)
                                .map(" (process %d)"::formatted)
                                .orElse(""))));
  }

  private static boolean isAbout(Path file, LogIdentity identity) throws SQLException {
    try (Sql sql = connect(file, "PRAGMA query_only = 1")) {
      return meta(sql, "version").equals(Optional.of(VERSION)) && isAbout(sql, identity);
    } catch (DatabaseException e) {
      return false;
    }
  }

  private static boolean isAbout(Sql sql, LogIdentity identity) {
    return meta(sql, "log").equals(Optional.of(identity.value()))
        && identity.ends().entrySet().stream()
            .noneMatch(end -> position(sql, end.getKey()).orElse(0L) > end.getValue());
  }

  private static void create(Path file, LogIdentity identity) throws SQLException {
    try (Sql sql = connect(file, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL")) {
      sql.transaction(() -> fill(sql, identity));
    }
  }

  private static void fill(Sql sql, LogIdentity identity) {
    sql.script(schema());
    meta(sql, "version", VERSION);
    meta(sql, "log", identity.value());
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

  private static void meta(Sql sql, String name, String value) {
    sql.update("INSERT INTO meta VALUES (?, ?)", name, value);
  }

  private static String schema() {
    try (InputStream in = Database.class.getResourceAsStream("schema.sql")) {
      if (in == null) {
        throw new IllegalStateException("schema.sql is not on the class path");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Sql connect(Path file, String pragmas) throws SQLException {
    Sql sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + file));
    // a crash may lose the end of the write-ahead log; it is read from the topics again
    sql.script("PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000; " + pragmas);
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
