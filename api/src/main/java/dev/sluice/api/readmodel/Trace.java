package dev.sluice.api.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Origin of an object: the generation that last changed it, the changes that caused the generation,
 * and their merge requests.
 *
 * @param sources the paths that the application is rendered from
 * @param merges of the generation's commit
 * @param lastDrift the last time that somebody else changed the object; absent if nobody did
 * @param lastHeal the last time that the worker put it back
 */
public record Trace(
    TracedObject object,
    GenerationView generation,
    List<String> sources,
    List<ChangeView> changes,
    List<ChangeView> merges,
    Optional<GenerationView.Observation> lastDrift,
    Optional<GenerationView.Observation> lastHeal) {

  public Trace {
    sources = List.copyOf(sources);
    changes = List.copyOf(changes);
    merges = List.copyOf(merges);
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
