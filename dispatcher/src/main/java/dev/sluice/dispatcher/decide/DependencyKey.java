package dev.sluice.dispatcher.decide;

import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;

/** Application in a cluster that others depend on. */
public record DependencyKey(ApplicationName application, ClusterName cluster) {

  /** Returns what the dependent application waits for in one of its clusters. */
  public static DependencyKey of(Dependency dependency, ClusterName own) {
    return new DependencyKey(dependency.application(), dependency.in(own));
  }
}
