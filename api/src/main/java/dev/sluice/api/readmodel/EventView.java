package dev.sluice.api.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * Event as it is in its topic.
 *
 * @param sequence the order in which this read model read it
 * @param id the event's own id, which never changes
 * @param body the record's value
 */
public record EventView(
    long sequence,
    String id,
    Instant at,
    String type,
    String source,
    String trace,
    DeadLetter.Position position,
    Optional<String> cluster,
    Optional<String> application,
    Optional<String> repository,
    JsonNode body) {

  static EventView read(Row row) throws SQLException {
    return new EventView(
        row.number("sequence"),
        row.text("id"),
        row.time("at"),
        row.text("type"),
        row.text("source"),
        row.text("trace"),
        new DeadLetter.Position(row.text("topic"), row.number("partition"), row.number("offset")),
        row.find("cluster"),
        row.find("application"),
        row.find("repository"),
        Columns.value(row.bytes("body"), JsonNode.class));
  }
}
