package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Parts that all workload controllers share. */
final class Workloads {
  static final String AGENT = "kube-controller-manager/v1.37.0";

  private Workloads() {}

  /** Returns an object with another status. */
  static ObjectNode with(ObjectNode object, ObjectNode status) {
    ObjectNode next = object.deepCopy();
    next.set("status", status);
    return next;
  }

  /** Sets a counter, which is absent if it is zero. */
  static void count(ObjectNode status, String field, long count) {
    if (count > 0) {
      status.put(field, (int) count);
    } else {
      status.remove(field);
    }
  }

  /**
   * Returns a number of replicas that is given as such or as a percentage of all.
   *
   * @param up whether a fraction is rounded up
   */
  static int portion(JsonNode value, int all, boolean up) {
    if (!value.isTextual()) {
      return value.asInt();
    }
    double percent = Integer.parseInt(value.asText().replace("%", "")) * all / 100.0;
    return (int) (up ? Math.ceil(percent) : Math.floor(percent));
  }
}
