package dev.sluice.api.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where an object comes from: the generation that last touched it, the changes that caused that,
 * and the merge requests they belong to.
 *
 * @param sources the paths that the application is rendered from
 * @param merges of the generation's commit
 */
public record Trace(
    TracedObject object,
    GenerationView generation,
    List<String> sources,
    List<ChangeView> changes,
    List<ChangeView> merges) {

  public Trace {
    sources = List.copyOf(sources);
    changes = List.copyOf(changes);
    merges = List.copyOf(merges);
  }

  /**
   * The object.
   *
   * @param action what was last done to it
   */
  public record TracedObject(
      String cluster,
      String apiVersion,
      String kind,
      String namespace,
      String name,
      String action,
      Instant at) {}

  /** The object that is asked about; the namespace is empty for whichever it is in. */
  public record Question(String cluster, String kind, String name, Optional<String> namespace) {}
}
