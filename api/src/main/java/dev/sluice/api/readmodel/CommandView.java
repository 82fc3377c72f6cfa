package dev.sluice.api.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A command with the dispatcher's answer and its outcome in each cluster.
 *
 * @param application absent for the approval of a fleet removal, whose command is {@code {"kind":
 *     "approve", "fleet": DIGEST}}
 * @param clusters the clusters that the command names; empty if it names none
 * @param caller role, address and program of who sent the command; empty for those of earlier
 *     versions
 * @param accepted whether the dispatcher carried the command out; empty until it has answered
 * @param message the answer: the changes that were made at once, or why the command was refused
 * @param outcomes the newest outcome in each cluster for which the sources were evaluated
 * @param pending the clusters whose outcome is not known yet, since the evaluation has not finished
 */
public record CommandView(
    String id,
    Instant at,
    Optional<String> application,
    List<String> clusters,
    JsonNode command,
    String by,
    String reason,
    Optional<CommandEvent.Caller> caller,
    Optional<Instant> answeredAt,
    Optional<Boolean> accepted,
    Optional<String> message,
    List<OutcomeView> outcomes,
    List<String> pending) {

  public CommandView {
    outcomes = List.copyOf(outcomes);
    pending = List.copyOf(pending);
  }

  /**
   * Outcome of a command in a cluster.
   *
   * @param result SENT, SAME, HELD, REFUSED, or WAITING if the sources cannot be read now
   * @param generation the generation that was sent; with SAME, the last one, whose inputs are the
   *     same
   * @param code failure code of why nothing was sent; empty if there is none
   */
  public record OutcomeView(
      String cluster,
      Instant at,
      String result,
      Optional<Generation> generation,
      Optional<String> code,
      String message) {

    private static OutcomeView read(Row row) throws SQLException {
      return new OutcomeView(
          row.text("cluster"),
          row.time("at"),
          row.text("result"),
          row.findGeneration("generation"),
          row.find("code"),
          row.text("message"));
    }
  }

  /**
   * Returns a reader of commands as a caller with this scope may see them. The answer is included
   * only if the caller may see every cluster of the command, since the answer names all of them.
   */
  static Row.Reader<CommandView> reader(Sql sql, Scope allowed) {
    return row -> read(row, sql, allowed);
  }

  /** Returns the command without the dead letters of clusters that the caller may not see. */
  private static JsonNode visible(
      JsonNode command, Optional<String> application, List<String> clusters, boolean whole) {
    if (!whole && command.get("retries") instanceof ArrayNode retries) {
      retries.removeIf(
          entry ->
              clusters.stream()
                  .map(ClusterName::new)
                  .noneMatch(cluster -> isVisible(entry.asText(), application, cluster)));
    }
    return command;
  }

  private static boolean isVisible(
      String entry, Optional<String> application, ClusterName cluster) {
    DeadLetterId id = new DeadLetterId(entry);
    return id.isRecordFor(cluster)
        || application.filter(name -> id.concerns(cluster, new ApplicationName(name))).isPresent();
  }

  private static CommandView read(Row row, Sql sql, Scope allowed) throws SQLException {
    List<String> clusters = Columns.texts(row.text("clusters"));
    List<String> visible = clusters.stream().filter(allowed::includesCluster).toList();
    boolean whole =
        allowed.clusters().isEmpty() || (!clusters.isEmpty() && visible.equals(clusters));
    List<OutcomeView> outcomes =
        sql
            .list(
                "SELECT * FROM command_outcome WHERE id = ? ORDER BY cluster",
                OutcomeView::read,
                row.text("id"))
            .stream()
            .filter(outcome -> allowed.includesCluster(outcome.cluster()))
            .toList();
    return new CommandView(
        row.text("id"),
        row.time("at"),
        row.find("application"),
        visible,
        visible(
            Columns.value(row.text("command").getBytes(StandardCharsets.UTF_8), JsonNode.class),
            row.find("application"),
            visible,
            whole),
        row.text("by"),
        row.text("reason"),
        row.find("caller")
            .map(
                json ->
                    Columns.value(
                        json.getBytes(StandardCharsets.UTF_8), CommandEvent.Caller.class)),
        row.findTime("answered_at"),
        row.findNumber("accepted").map(value -> value != 0),
        row.find("message").filter(_ -> whole),
        outcomes,
        Columns.texts(row.text("pending")).stream()
            .filter(allowed::includesCluster)
            .filter(cluster -> outcomes.stream().noneMatch(one -> one.cluster().equals(cluster)))
            .sorted()
            .toList());
  }
}
