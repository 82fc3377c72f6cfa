package dev.sluice.contract.fleet;

import dev.sluice.contract.name.ClusterName;
import java.util.Map;

/**
 * A cluster that an application is deployed to, with the labels that its rendering may use.
 *
 * @param labels the cluster's labels in the fleet
 */
public record ClusterTarget(ClusterName name, Map<String, String> labels) {
  public ClusterTarget {
    labels = Map.copyOf(labels);
  }
}
