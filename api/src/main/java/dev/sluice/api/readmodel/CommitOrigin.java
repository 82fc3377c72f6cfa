package dev.sluice.api.readmodel;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.util.List;

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
   */
  public record CausedGeneration(
      String application, String cluster, Generation generation, List<String> causes) {

    public CausedGeneration {
      causes = List.copyOf(causes);
    }

    static CausedGeneration read(Row row) throws SQLException {
      return new CausedGeneration(
          row.text("application"),
          row.text("cluster"),
          new Generation(row.number("generation")),
          Columns.texts(row.text("causes")));
    }
  }
}
