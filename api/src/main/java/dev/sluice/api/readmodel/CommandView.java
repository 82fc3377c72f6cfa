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
 * Command and its answer.
 *
 * @param accepted empty until the dispatcher has decided
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

  /**
   * Returns the command as a caller with this scope may see it; the answer is included only if
   * every cluster of the command is visible, since it names all of them.
   */
  static CommandView read(Row row, Scope allowed) throws SQLException {
    List<String> clusters = Columns.texts(row.text("clusters"));
    List<String> visible = clusters.stream().filter(allowed::includesCluster).toList();
    boolean whole =
        allowed.clusters().isEmpty() || (!clusters.isEmpty() && visible.equals(clusters));
    return new CommandView(
        row.text("id"),
        row.time("at"),
        row.text("application"),
        visible,
        Columns.value(row.text("command").getBytes(StandardCharsets.UTF_8), JsonNode.class),
        row.text("by"),
        row.text("reason"),
        row.findTime("answered_at"),
        row.findNumber("accepted").map(value -> value != 0),
        row.find("message").filter(_ -> whole));
  }
}
