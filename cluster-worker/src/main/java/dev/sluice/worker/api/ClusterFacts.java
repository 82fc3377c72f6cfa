package dev.sluice.worker.api;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Facts about a cluster that a chart may use.
 *
 * @param kubeVersion as the server reports it, such as {@code v1.32.0}
 * @param apiVersions the served versions and kinds: {@code apps/v1} and {@code apps/v1/Deployment}
 */
public record ClusterFacts(String kubeVersion, SortedSet<String> apiVersions) {

  public ClusterFacts {
    apiVersions = Collections.unmodifiableSortedSet(new TreeSet<>(apiVersions));
  }

  /** Provides the facts when a chart is rendered. */
  @FunctionalInterface
  public interface Source {

    ClusterFacts facts() throws InterruptedException;
  }
}
