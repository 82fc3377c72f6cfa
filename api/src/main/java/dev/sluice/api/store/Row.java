package dev.sluice.api.store;

import dev.sluice.contract.name.Generation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Current row of a query result. Times are stored as milliseconds since 1970. */
public final class Row {

  private final ResultSet result;

  Row(ResultSet result) {
    this.result = result;
  }

  /** Converts a row to a value. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(Row row) throws SQLException;
  }

  public String text(String column) throws SQLException {
    String value = result.getString(column);
    return value == null ? "" : value;
  }

  public Optional<String> find(String column) throws SQLException {
    return Optional.ofNullable(result.getString(column));
  }

  public long number(String column) throws SQLException {
    return result.getLong(column);
  }

  public Optional<Long> findNumber(String column) throws SQLException {
    long value = result.getLong(column);
    return result.wasNull() ? Optional.empty() : Optional.of(value);
  }

  /** Returns a generation; empty if the column has none or {@value Generation#NONE}. */
  public Optional<Generation> findGeneration(String column) throws SQLException {
    return Generation.ofNumber(result.getLong(column));
  }

  public Instant time(String column) throws SQLException {
    return Instant.ofEpochMilli(result.getLong(column));
  }

  public Optional<Instant> findTime(String column) throws SQLException {
    return findNumber(column).map(Instant::ofEpochMilli);
  }

  public byte[] bytes(String column) throws SQLException {
    return result.getBytes(column);
  }
}
