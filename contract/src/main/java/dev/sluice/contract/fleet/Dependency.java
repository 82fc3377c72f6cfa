package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.Optional;

/**
 * An application in a cluster that another application waits for: nothing new is sent to the
 * dependent application until this one has reached a condition.
 *
 * @param application the application that is waited for
 * @param cluster the cluster in which it is waited for; empty for each cluster of the dependent
 *     application itself
 * @param until the condition that ends the wait
 */
public record Dependency(
    ApplicationName application,
    Optional<ClusterName> cluster,
    @JsonProperty("health") Until until) {

  /** Condition that ends the wait. */
  public enum Until {
    /** The newest generation was applied. */
    @JsonProperty("applied")
    APPLIED,
    /** The newest generation was applied, and its objects are healthy. */
    @JsonProperty("healthy")
    HEALTHY
  }

  /** Returns the cluster that is waited for by the dependent application in this cluster. */
  public ClusterName in(ClusterName own) {
    return cluster.orElse(own);
  }
}
