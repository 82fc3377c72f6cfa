package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.CommitId;
import java.util.Optional;

/** State of a ref that generators read, as its watch found it last. */
final class SeenRef {

  private Optional<CommitId> commit = Optional.empty();
  private Optional<String> failure = Optional.empty();

  /**
   * Takes what the watch found, and returns whether generators may have other results. A ref that
   * cannot be read any longer stays at its commit, so its failures change nothing.
   */
  boolean take(RefWatch.Seen seen) {
    return switch (seen) {
      case RefWatch.Seen.At at -> {
        boolean isNew = !commit.equals(Optional.of(at.head()));
        commit = Optional.of(at.head());
        failure = Optional.empty();
        yield isNew;
      }
      case RefWatch.Seen.Unavailable unavailable -> {
        boolean isNew = commit.isEmpty() && !failure.equals(Optional.of(unavailable.reason()));
        failure = Optional.of(unavailable.reason());
        yield isNew;
      }
    };
  }

  /**
   * Forgets the commit, whose files cannot be read.
   *
   * @param reason empty if they are expected again
   */
  void lose(Optional<String> reason) {
    commit = Optional.empty();
    failure = reason;
  }

  /** Returns the commit that was read last. */
  Optional<CommitId> commit() {
    return commit;
  }

  /** Returns why the ref cannot be read. */
  Optional<String> failure() {
    return failure;
  }
}
