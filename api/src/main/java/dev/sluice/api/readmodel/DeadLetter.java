package dev.sluice.api.readmodel;

import dev.sluice.api.store.Row;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * Dead letter, open or closed.
 *
 * @param cluster empty if the record could not be read
 * @param closedReason SUCCEEDED, SUPERSEDED, REMOVED or DISCARDED
 * @param closedGeneration the generation whose end closed it; empty if an operator did
 * @param closedBy the operator who discarded it
 * @param closedWhy the operator's reason
 * @param original position of the record that failed
 */
public record DeadLetter(
    DeadLetterId entry,
    Optional<String> cluster,
    Optional<String> application,
    Optional<Generation> generation,
    Optional<String> commit,
    String code,
    String message,
    String stage,
    Optional<String> object,
    long attempts,
    Instant openedAt,
    Instant lastAt,
    Optional<Instant> closedAt,
    Optional<String> closedReason,
    Optional<Generation> closedGeneration,
    Optional<String> closedBy,
    Optional<String> closedWhy,
    Position original) {

  /** Position of a record in Kafka. */
  public record Position(String topic, long partition, long offset) {}

  static DeadLetter read(Row row) throws SQLException {
    return new DeadLetter(
        new DeadLetterId(row.text("entry")),
        row.find("cluster"),
        row.find("application"),
        row.findGeneration("generation"),
        row.find("commit_id"),
        row.text("code"),
        row.text("message"),
        row.text("stage"),
        row.find("object"),
        row.number("attempts"),
        row.time("opened_at"),
        row.time("last_at"),
        row.findTime("closed_at"),
        row.find("closed_reason"),
        row.find("closed_by").isPresent()
            ? Optional.empty()
            : row.findGeneration("closed_generation"),
        row.find("closed_by"),
        row.find("closed_why"),
        new Position(row.text("topic"), row.number("partition"), row.number("offset")));
  }

  /** Returns the key of its events. */
  public String key() {
    return cluster.isPresent() && application.isPresent()
        ? cluster.get() + "/" + application.get()
        : entry.value();
  }

  /**
   * Returns whether a dispatcher opened it because it refused sources; otherwise a worker opened
   * it.
   */
  public boolean concernsSource() {
    return entry.value().endsWith("/source");
  }
}
