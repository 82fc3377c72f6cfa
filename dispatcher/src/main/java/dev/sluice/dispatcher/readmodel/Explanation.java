package dev.sluice.dispatcher.readmodel;

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
  public record Unaffected(String application, Optional<String> cluster, String why) {}
}
