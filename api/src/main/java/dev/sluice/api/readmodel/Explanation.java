package dev.sluice.api.readmodel;

import java.util.List;
import java.util.Optional;

/**
 * What became of a commit.
 *
 * @param affected what was sent for it
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

  /** Why nothing was sent for an application. */
  public record Unaffected(String application, Optional<String> cluster, Cause cause, String why) {}

  /** The kind of the reason. */
  public enum Cause {
    /** It follows another ref. */
    OTHER_REF,
    /** The remote of its ref cannot be read. */
    UNREADABLE,
    /** Git does not show yet what a webhook told. */
    PENDING,
    /** An operator has stopped the sending. */
    HELD,
    /** Its sources cannot be rendered. */
    REFUSED,
    /** None of its inputs differs, or a later commit was sent. */
    SAME
  }
}
