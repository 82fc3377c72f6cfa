package dev.sluice.contract.event;

import java.util.Optional;

/**
 * Commit as the forge describes it to people; nothing relies on it. Each text is one line of
 * bounded length.
 *
 * @param subject first line of the message, at most 200 characters
 * @param author name of the author, at most 100 characters
 * @param link page of the commit, or of the comparison with the commit before
 */
public record CommitSummary(
    Optional<String> subject, Optional<String> author, Optional<String> link) {

  /**
   * Returns the summary, or empty if the forge sends nothing of it.
   *
   * @param message of any length
   * @param author of any length
   */
  public static Optional<CommitSummary> of(
      Optional<String> message, Optional<String> author, Optional<String> link) {
    CommitSummary summary =
        new CommitSummary(message.flatMap(OneLine::subject), author.flatMap(OneLine::name), link);
    boolean isEmpty = summary.subject().isEmpty() && summary.author().isEmpty() && link.isEmpty();
    return isEmpty ? Optional.empty() : Optional.of(summary);
  }
}
