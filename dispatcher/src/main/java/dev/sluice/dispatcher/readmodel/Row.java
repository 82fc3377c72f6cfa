package dev.sluice.dispatcher.readmodel;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The row of a result that is being read. Times are kept as milliseconds since 1970. */
final class Row {

  private final ResultSet result;

  Row(ResultSet result) {
    this.result = result;
  }

  /** Makes a value of a row. */
  @FunctionalInterface
  interface Reader<T> {
    T read(Row row) throws SQLException;
  }

  String text(String column) throws SQLException {
    String value = result.getString(column);
    return value == null ? "" : value;
  }

  Optional<String> find(String column) throws SQLException {
    return Optional.ofNullable(result.getString(column));
  }

  long number(String column) throws SQLException {
    return result.getLong(column);
  }

  Optional<Long> findNumber(String column) throws SQLException {
    long value = result.getLong(column);
    return result.wasNull() ? Optional.empty() : Optional.of(value);
  }

  Instant time(String column) throws SQLException {
    return Instant.ofEpochMilli(result.getLong(column));
  }

  Optional<Instant> findTime(String column) throws SQLException {
    return findNumber(column).map(Instant::ofEpochMilli);
  }

  byte[] bytes(String column) throws SQLException {
    return result.getBytes(column);
  }
}
