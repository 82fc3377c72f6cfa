package dev.sluice.api.readmodel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.fleet.DefinitionChange;
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
 * @param title of a merge request, subject of a pushed commit, or what else the change is about
 * @param author of the merge request or commit, or the reviewer
 * @param url page of the merge request, commit or review at the forge
 * @param definition what has changed in the definition of an application, by which documents of the
 *     fleet; absent for a token that may not see every cluster
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
    Optional<String> author,
    Optional<String> url,
    Optional<Merge> merge,
    Optional<Review> review,
    Optional<DefinitionChange> definition) {

  /**
   * Merge as the forge reported it.
   *
   * @param sourceCommit the newest commit of the request: all hex digits or the first ones
   */
  public record Merge(
      long number,
      Optional<String> author,
      Optional<String> mergedBy,
      Optional<String> url,
      Optional<String> sourceCommit) {}

  /**
   * Review of a pull or merge request.
   *
   * @param verdict approved, changes-requested, commented or withdrawn
   * @param reviewer empty if the forge withdrew approvals without saying whose
   * @param commit the reviewed commit: all hex digits or the first ones
   */
  public record Review(
      long number, String verdict, Optional<String> reviewer, Optional<String> commit) {}

  static Row.Reader<ChangeView> reader(Scope allowed) {
    return row -> read(row, allowed);
  }

  private static ChangeView read(Row row, Scope allowed) throws SQLException {
    Optional<Merge> merge =
        row.text("type").equals(EventType.MERGE_RECORDED.slug())
            ? Optional.of(
                new Merge(
                    row.number("number"),
                    row.find("author"),
                    row.find("merged_by"),
                    row.find("url"),
                    row.find("source_id")))
            : Optional.empty();
    Optional<Review> review =
        row.find("verdict").isPresent()
            ? Optional.of(
                new Review(
                    row.number("number"),
                    row.text("verdict"),
                    row.find("author"),
                    row.find("source_id")))
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
        row.find("author"),
        row.find("url"),
        merge,
        review,
        row.find("definition")
            .filter(_ -> allowed.clusters().isEmpty())
            .map(json -> Columns.value(json.getBytes(UTF_8), DefinitionChange.class)));
  }
}
