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
 * The inputs of an application, cluster by cluster.
 *
 * @param clusters all that the definition names
 * @param footprints of the sources, in their order: what they look at in any of the clusters
 */
public record ApplicationClosures(
    SortedMap<ClusterName, Inputs> clusters, List<Footprint> footprints) {

  public ApplicationClosures {
    clusters = Collections.unmodifiableSortedMap(new TreeMap<>(clusters));
    footprints = List.copyOf(footprints);
  }

  /** What an application reads for a cluster. */
  public sealed interface Inputs {

    /** All sources can be rendered there. */
    record Resolved(List<SourceClosure> sources) implements Inputs {
      public Resolved {
        sources = List.copyOf(sources);
      }
    }

    /** One of them cannot. */
    record Refused(Failure failure) implements Inputs {}
  }

  /**
   * The inputs of one source.
   *
   * @param source as it is for the cluster, without placeholders
   * @param tree that has the closure's files
   */
  public record SourceClosure(SourceSpec source, Closure closure, SourceTree tree) {

    /** Reads the files, sorted by path. */
    public List<InputFile> load() {
      return closure.load(tree);
    }
  }

  /** Whether nothing can be rendered in any cluster. */
  public boolean isRefused() {
    return clusters.values().stream().allMatch(Inputs.Refused.class::isInstance);
  }

  static ApplicationClosures of(
      Map<ClusterName, Inputs> clusters, List<? extends List<Footprint>> footprints) {
    return new ApplicationClosures(
        new TreeMap<>(clusters), footprints.stream().map(Footprint::union).toList());
  }
}
