package dev.sluice.worker.fields;

import java.util.List;
import java.util.Set;

/**
 * Fields that stay as they are in the cluster as long as Git does not state them, whoever set them:
 * the API server or controllers fill them, and their removal would do harm.
 */
final class KeptFields {

  /** Set by {@code kubectl rollout restart} and dashboards; its removal restarts all pods again. */
  private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

  private static final Set<String> OF_METADATA = Set.of("labels", "annotations");

  /** Scaled by autoscalers and people, or allocated once and for all. */
  private static final Set<String> OF_SPEC =
      Set.of("replicas", "nodeName", "volumeName", "claimRef", "clusterIP", "clusterIPs");

  private KeptFields() {}

  /**
   * Returns whether the field at a path is one of them.
   *
   * @param path names of fields
   */
  static boolean contains(List<String> path) {
    String last = path.getLast();
    String first = path.getFirst();
    return first.equals("status")
        || last.equals("caBundle")
        || last.equals(RESTARTED_AT)
        || (path.size() == 2 && first.equals("spec") && OF_SPEC.contains(last))
        || (path.size() == 2 && first.equals("metadata") && !OF_METADATA.contains(last));
  }
}
