package dev.sluice.api.readmodel;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Origin of a commit: who pushed, reviewed and merged it, and which generations have it.
 *
 * @param changes pushes and merges that report it, in any repository; empty if it is unknown
 * @param reviews of the merged requests
 */
public record CommitOrigin(
    String commit,
    List<ChangeView> changes,
    List<MergeReviews> reviews,
    List<CausedGeneration> generations) {

  public CommitOrigin {
    changes = List.copyOf(changes);
    reviews = List.copyOf(reviews);
    generations = List.copyOf(generations);
  }

  /**
   * Generation with the commit.
   *
   * @param causes ids of the change events that led to it
   * @param through the newest of these changes that is of another source than the first, whose
   *     commit is not that of the generation; absent if there is none
   */
  public record CausedGeneration(
      String application,
      String cluster,
      Generation generation,
      List<String> causes,
      Optional<OtherSource> through) {

    public CausedGeneration {
      causes = List.copyOf(causes);
    }

    static CausedGeneration read(Row row) throws SQLException {
      return new CausedGeneration(
          row.text("application"),
          row.text("cluster"),
          new Generation(row.number("generation")),
          Columns.texts(row.text("causes")),
          OtherSource.find(row));
    }
  }

  /** Commit of another source than the first. */
  public record OtherSource(String repository, String commit) {

    private static Optional<OtherSource> find(Row row) throws SQLException {
      Optional<String> commit = row.find("through_commit");
      return commit.isEmpty()
          ? Optional.empty()
          : Optional.of(new OtherSource(row.text("through_repository"), commit.get()));
    }
  }
}
