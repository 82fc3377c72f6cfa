package dev.sluice.api.readmodel;

import dev.sluice.api.store.Row;
import dev.sluice.contract.codec.EventType;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * Change of a repository or of a definition.
 *
 * @param at when Sluice received it
 * @param actor user who pushed or merged
 * @param origin a webhook and its endpoint, a poll of refs, or a fleet revision
 * @param delivery the forge's id of the delivery
 */
public record ChangeView(
    String id,
    Instant at,
    String type,
    String repository,
    Optional<String> ref,
    Optional<String> commit,
    Optional<String> actor,
    Optional<String> origin,
    Optional<String> delivery,
    Optional<String> title,
    Optional<Merge> merge) {

  /** Merge as the forge reported it. */
  public record Merge(
      long number, Optional<String> author, Optional<String> mergedBy, Optional<String> url) {}

  static ChangeView read(Row row) throws SQLException {
    Optional<Merge> merge =
        row.text("type").equals(EventType.MERGE_RECORDED.slug())
            ? Optional.of(
                new Merge(
                    row.number("number"),
                    row.find("author"),
                    row.find("merged_by"),
                    row.find("url")))
            : Optional.empty();
    return new ChangeView(
        row.text("id"),
        row.time("at"),
        row.text("type"),
        row.text("repository"),
        row.find("ref"),
        row.find("commit_id"),
        row.find("actor"),
        row.find("origin"),
        row.find("delivery"),
        row.find("title"),
        merge);
  }
}
