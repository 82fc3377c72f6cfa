package dev.sluice.simulated.server;

import java.util.Map;
import java.util.Set;

/** Fields by which objects of each kind can be selected. */
final class Fields {
  private static final Set<String> EVERYWHERE = Set.of("metadata.name", "metadata.namespace");
  private static final Map<String, Set<String>> MORE =
      Map.of(
          "Pod",
          Set.of(
              "spec.nodeName",
              "spec.restartPolicy",
              "spec.schedulerName",
              "spec.serviceAccountName",
              "status.phase",
              "status.podIP",
              "status.nominatedNodeName"),
          "Secret",
          Set.of("type"),
          "Namespace",
          Set.of("status.phase"),
          "ReplicaSet",
          Set.of("status.replicas"),
          "Job",
          Set.of("status.successful"),
          "Event",
          Set.of(
              "involvedObject.kind",
              "involvedObject.namespace",
              "involvedObject.name",
              "involvedObject.uid",
              "involvedObject.apiVersion",
              "involvedObject.resourceVersion",
              "involvedObject.fieldPath",
              "reason",
              "reportingComponent",
              "source",
              "type"));

  private Fields() {}

  static boolean isSelectable(String kind, String field) {
    return EVERYWHERE.contains(field) || MORE.getOrDefault(kind, Set.of()).contains(field);
  }
}
