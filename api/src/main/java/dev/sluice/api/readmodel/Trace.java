package dev.sluice.api.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Origin of an object: the generation that last changed it, who brought its commit, and who
 * commanded it.
 *
 * @param sources the paths that the application is rendered from
 * @param changes that caused the generation, or brought its commit
 * @param merges of the generation's commit
 * @param reviews of the merged requests
 * @param commands for which the generation was sent
 * @param lastDrift the last time that somebody else changed the object; absent if nobody did
 * @param lastHeal the last time that the worker put it back
 */
public record Trace(
    TracedObject object,
    GenerationView generation,
    List<String> sources,
    List<ChangeView> changes,
    List<ChangeView> merges,
    List<MergeReviews> reviews,
    List<CommandView> commands,
    Optional<GenerationView.Observation> lastDrift,
    Optional<GenerationView.Observation> lastHeal) {

  public Trace {
    sources = List.copyOf(sources);
    changes = List.copyOf(changes);
    merges = List.copyOf(merges);
    reviews = List.copyOf(reviews);
    commands = List.copyOf(commands);
  }

  /**
   * Object in a cluster.
   *
   * @param action the last action on it
   */
  public record TracedObject(
      String cluster,
      String apiVersion,
      String kind,
      String namespace,
      String name,
      String action,
      Instant at) {}

  /** Object to trace; an empty namespace matches any. */
  public record Question(String cluster, String kind, String name, Optional<String> namespace) {}
}
