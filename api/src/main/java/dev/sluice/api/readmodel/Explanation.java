package dev.sluice.api.readmodel;

import java.util.List;
import java.util.Optional;

/**
 * Effects of a commit.
 *
 * @param affected generations that were sent for it
 * @param unaffected the other applications with a source in its repository
 */
public record Explanation(
    String commit,
    List<ChangeView> changes,
    List<GenerationView> affected,
    List<Unaffected> unaffected) {

  public Explanation {
    changes = List.copyOf(changes);
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
