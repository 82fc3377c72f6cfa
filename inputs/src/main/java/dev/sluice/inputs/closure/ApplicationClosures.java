package dev.sluice.inputs.closure;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.Footprint;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The inputs of an application in each of its clusters.
 *
 * @param clusters all clusters of the definition
 * @param footprints the sources' footprints over all clusters, in the order of the sources
 */
public record ApplicationClosures(
    SortedMap<ClusterName, Inputs> clusters, List<Footprint> footprints) {

  public ApplicationClosures {
    clusters = Collections.unmodifiableSortedMap(new TreeMap<>(clusters));
    footprints = List.copyOf(footprints);
  }

  /** The inputs of an application in one cluster. */
  public sealed interface Inputs {

    /** All sources can be rendered. */
    record Resolved(List<SourceClosure> sources) implements Inputs {
      public Resolved {
        sources = List.copyOf(sources);
      }
    }

    /** A source cannot be rendered. */
    record Refused(Failure failure) implements Inputs {}
  }

  /**
   * The inputs of one source.
   *
   * @param source the source with the placeholders filled in for the cluster
   * @param tree the tree with the closure's files
   */
  public record SourceClosure(SourceSpec source, Closure closure, SourceTree tree) {

    /** Reads the files, sorted by path. */
    public List<InputFile> load() {
      return closure.load(tree);
    }
  }

  /** Returns whether the inputs are refused in all clusters. */
  public boolean isRefused() {
    return clusters.values().stream().allMatch(Inputs.Refused.class::isInstance);
  }

  static ApplicationClosures of(
      Map<ClusterName, Inputs> clusters, List<? extends List<Footprint>> footprints) {
    return new ApplicationClosures(
        new TreeMap<>(clusters), footprints.stream().map(Footprint::union).toList());
  }
}
