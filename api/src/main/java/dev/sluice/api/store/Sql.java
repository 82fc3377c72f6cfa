package dev.sluice.api.store;

import dev.sluice.contract.name.Generation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** Connection with cached prepared statements. For one thread at a time. */
public final class Sql implements AutoCloseable {

  private static final int MAX_PREPARED = 200;

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>(64, 0.75f, true);

  Sql(Connection connection) {
    this.connection = connection;
  }

  /** Executes several statements without parameters. */
  void script(String script) {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(script);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Makes a function available to statements. */
  void define(String name, Function function) {
    try {
      Function.create(connection, name, function);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Fails if the file cannot be written. Changes nothing. */
  void requireWritable() {
    // BEGIN IMMEDIATE alone succeeds on a read-only file
    script("BEGIN IMMEDIATE; DELETE FROM meta WHERE 0; ROLLBACK");
  }

  /** Runs the work in a transaction and rolls back if it fails. */
  public void transaction(Runnable work) {
    try {
      connection.setAutoCommit(false);
      try {
        work.run();
        connection.commit();
      } catch (RuntimeException | Error e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Executes an update and returns the number of rows written. */
  public int update(String sql, @Nullable Object... values) {
    try {
      return bound(sql, values).executeUpdate();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  public <T> List<T> list(String sql, Row.Reader<T> reader, @Nullable Object... values) {
    try (ResultSet result = bound(sql, values).executeQuery()) {
      List<T> rows = new ArrayList<>();
      Row row = new Row(result);
      while (result.next()) {
        rows.add(reader.read(row));
      }
      return List.copyOf(rows);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  public <T> Optional<T> find(String sql, Row.Reader<T> reader, @Nullable Object... values) {
    return list(sql, reader, values).stream().findFirst();
  }

  public long number(String sql, @Nullable Object... values) {
    return find(sql, row -> row.number("n"), values).orElse(0L);
  }

  private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
      dropEldest();
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, plain(values[i]));
    }
    return statement;
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Optional<?> optional -> plain(optional.orElse(null));
      case Instant instant -> instant.toEpochMilli();
      case Number number -> number;
      case Generation generation -> generation.value();
      case byte[] bytes -> bytes;
      default -> value.toString();
    };
  }

  private void dropEldest() throws SQLException {
    if (prepared.size() > MAX_PREPARED) {
      var eldest = prepared.entrySet().iterator();
      eldest.next().getValue().close();
      eldest.remove();
    }
  }

  private static DatabaseException failed(SQLException e) {
    return new DatabaseException("the read model's database failed: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
