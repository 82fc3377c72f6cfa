package dev.sluice.api.readmodel;

import java.util.List;
import java.util.Optional;

/**
 * Effects of a commit.
 *
 * @param reviews of the merged requests among the changes
 * @param commands for which some of the affected generations were sent
 * @param affected generations that were sent for it
 * @param unaffected the other applications with a source in its repository
 * @param knownSince the beginning of what is known, if earlier effects of the commit may be missing
 */
public record Explanation(
    String commit,
    List<ChangeView> changes,
    List<MergeReviews> reviews,
    List<CommandView> commands,
    List<GenerationView> affected,
    List<Unaffected> unaffected,
    Optional<KnownSince> knownSince) {

  public Explanation {
    changes = List.copyOf(changes);
    reviews = List.copyOf(reviews);
    commands = List.copyOf(commands);
    affected = List.copyOf(affected);
    unaffected = List.copyOf(unaffected);
  }

  /** Application that nothing was sent for, with the reason. */
  public record Unaffected(String application, Optional<String> cluster, Cause cause, String why) {}

  /** Category of the reason. */
  public enum Cause {
    /** The application follows another ref. */
    OTHER_REF,
    /** The remote of its ref cannot be read. */
    UNREADABLE,
    /** Git does not yet show the commit that a webhook reported. */
    PENDING,
    /** An operator suspended the application or pinned it to a commit. */
    HELD,
    /** Its sources cannot be rendered. */
    REFUSED,
    /** None of its inputs differs, or a later commit was sent. */
    SAME
  }
}
