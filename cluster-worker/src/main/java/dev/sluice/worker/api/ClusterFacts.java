package dev.sluice.worker.api;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What of a cluster a chart may ask for.
 *
 * @param kubeVersion as the server tells it, such as {@code v1.32.0}
 * @param apiVersions what is served: {@code apps/v1} and {@code apps/v1/Deployment}
 */
public record ClusterFacts(String kubeVersion, SortedSet<String> apiVersions) {

  public ClusterFacts {
    apiVersions = Collections.unmodifiableSortedSet(new TreeSet<>(apiVersions));
  }

  /** Where they are asked for, when a chart is rendered. */
  @FunctionalInterface
  public interface Source {

    ClusterFacts facts() throws InterruptedException;
  }
}
