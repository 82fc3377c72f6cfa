package dev.sluice.api.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A command and its answer.
 *
 * @param accepted empty while the home has not decided
 */
public record CommandView(
    String id,
    Instant at,
    String application,
    List<String> clusters,
    JsonNode command,
    String by,
    String reason,
    Optional<Instant> answeredAt,
    Optional<Boolean> accepted,
    Optional<String> message) {

  /** As who may see this much sees it: an answer names all clusters of the command. */
  static CommandView read(Row row, Scope allowed) throws SQLException {
    List<String> clusters = Columns.texts(row.text("clusters"));
    List<String> seen = clusters.stream().filter(allowed::includesCluster).toList();
    boolean whole = allowed.clusters().isEmpty() || (!clusters.isEmpty() && seen.equals(clusters));
    return new CommandView(
        row.text("id"),
        row.time("at"),
        row.text("application"),
        seen,
        Columns.value(row.text("command").getBytes(StandardCharsets.UTF_8), JsonNode.class),
        row.text("by"),
        row.text("reason"),
        row.findTime("answered_at"),
        row.findNumber("accepted").map(value -> value != 0),
        row.find("message").filter(_ -> whole));
  }
}
