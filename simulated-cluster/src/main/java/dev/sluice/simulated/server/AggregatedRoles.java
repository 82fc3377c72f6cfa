package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.apply.FieldManagement;
import dev.sluice.simulated.apply.FieldOwner;
import dev.sluice.simulated.apply.FieldSet;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.ObjectKey;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The controller that fills in the rules of aggregated ClusterRoles, by server-side apply. */
final class AggregatedRoles {
  static final String RESOURCE = "clusterroles.rbac.authorization.k8s.io";

  private final Cluster cluster;

  AggregatedRoles(Cluster cluster) {
    this.cluster = cluster;
  }

  void sweep() {
    List<ObjectNode> roles =
        cluster.store().list(RESOURCE, Optional.empty()).stream()
            .sorted(Comparator.comparing(role -> ObjectKey.of(role).name()))
            .toList();
    for (ObjectNode role : roles) {
      if (role.path("aggregationRule").isObject()) {
        fill(role, roles);
      }
    }
  }

  private void fill(ObjectNode role, List<ObjectNode> roles) {
    ResourceType type = cluster.catalog().builtIn("ClusterRole");
    Set<JsonNode> rules = new LinkedHashSet<>();
    for (ObjectNode other : roles) {
      if (!other.equals(role) && isSelected(role, other)) {
        other.path("rules").forEach(rules::add);
      }
    }
    ObjectNode applied = Cluster.blank(type);
    applied.putObject("metadata").put("name", ObjectKey.of(role).name());
    ArrayNode filled = applied.putArray("rules").addAll(rules);
    if (filled.equals(role.path("rules"))) {
      return;
    }
    FieldOwner owner =
        new FieldOwner(
            "clusterrole-aggregation-controller",
            FieldOwner.Operation.APPLY,
            type.groupVersion().apiVersion(),
            Optional.empty());
    new FieldManagement(type.schema(), new FieldSet())
        .apply(role, applied, owner, cluster.now(), true)
        .ifPresent(changed -> cluster.store().put(RESOURCE, changed));
  }

  private static boolean isSelected(ObjectNode role, ObjectNode other) {
    JsonNode labels = other.path("metadata").path("labels");
    return role.at("/aggregationRule/clusterRoleSelectors")
        .valueStream()
        .anyMatch(
            selector ->
                selector.path("matchLabels").properties().stream()
                    .allMatch(label -> label.getValue().equals(labels.get(label.getKey()))));
  }
}
