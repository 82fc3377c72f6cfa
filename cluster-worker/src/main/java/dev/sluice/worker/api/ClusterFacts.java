package dev.sluice.worker.api;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Facts about a cluster that a chart may use.
 *
 * @param kubeVersion as the server reports it, such as {@code v1.32.0}
 * @param apiVersions the served versions and kinds: {@code apps/v1} and {@code apps/v1/Deployment}
 * @param unavailable the versions among them whose kinds are unknown, since their server does not
 *     answer
 */
public record ClusterFacts(
    String kubeVersion, SortedSet<String> apiVersions, SortedSet<String> unavailable) {

  public ClusterFacts {
    unavailable = Collections.unmodifiableSortedSet(new TreeSet<>(unavailable));
    apiVersions = Collections.unmodifiableSortedSet(new TreeSet<>(apiVersions));
  }

  /** Creates the facts about a cluster whose kinds are all known. */
  public ClusterFacts(String kubeVersion, SortedSet<String> apiVersions) {
    this(kubeVersion, apiVersions, new TreeSet<>());
  }

  /** Provides the facts when a chart is rendered. */
  @FunctionalInterface
  public interface Source {

    ClusterFacts facts() throws InterruptedException;
  }
}
