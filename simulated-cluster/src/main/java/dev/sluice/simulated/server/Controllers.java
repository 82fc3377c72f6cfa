package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.Change;
import dev.sluice.simulated.store.ObjectKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Controllers that every cluster needs: acceptance of CustomResourceDefinitions, creation of the
 * objects that every namespace has, deletion of a namespace's contents and of owned objects, and
 * aggregation of ClusterRoles. After each change they evaluate the whole state rather than the
 * change.
 */
final class Controllers {
  private static final List<String> FRESH =
      List.of("default", "kube-node-lease", "kube-public", "kube-system");

  private final Cluster cluster;
  private final ObjectRemover remover;
  private final Executor later;
  private final CustomResources definitions;
  private final Furnishing furnishing;
  private final GarbageCollector collector;
  private boolean pending;

  Controllers(Cluster cluster, ObjectRemover remover, GarbageCollector collector, Executor later) {
    this.cluster = cluster;
    this.remover = remover;
    this.later = later;
    this.definitions = new CustomResources(cluster);
    this.furnishing = new Furnishing(cluster);
    this.collector = collector;
  }

  /** Creates the objects of a new cluster, and then follows changes. */
  void start() {
    addFreshNamespaces();
    definitions.start();
    collector.start();
    cluster.store().listen(this::changed);
    schedule();
  }

  void addFreshNamespaces() {
    ResourceType type = cluster.catalog().builtIn("Namespace");
    for (String name : FRESH) {
      if (cluster.find(type, new ObjectKey("", name)).isEmpty()) {
        ObjectNode namespace = Cluster.blank(type);
        namespace.putObject("metadata").put("name", name);
        new Preparation(cluster)
            .forCreate(
                new ApiRequest(
                    type,
                    "",
                    "",
                    Optional.empty(),
                    new ApiRequest.Call("POST", java.util.Map.of(), "", "", "")),
                namespace);
        cluster.put(type, namespace);
      }
    }
  }

  /** Removes every object, without waiting for finalizers. */
  void wipe() {
    for (ResourceType type : cluster.catalog().stored()) {
      for (ObjectNode object :
          List.copyOf(cluster.store().list(type.groupResource(), Optional.empty()))) {
        cluster.remove(type, ObjectKey.of(object));
      }
    }
    addFreshNamespaces();
  }

  private void changed(Change change) {
    boolean matters =
        change.kind() == Change.Kind.DELETED
            || change.resource().equals(CustomResources.DEFINITIONS)
            || change.resource().equals(AggregatedRoles.RESOURCE)
            || change.resource().equals("namespaces")
            || collector.isNeeded()
            || change.after().path("metadata").has("deletionTimestamp");
    if (matters) {
      schedule();
    }
  }

  private void schedule() {
    if (!pending) {
      pending = true;
      later.execute(
          () -> {
            pending = false;
            definitions.establish();
            sweepNamespaces();
            furnishing.sweep();
            definitions.sweep(remover);
            collector.sweep(remover);
            new AggregatedRoles(cluster).sweep();
          });
    }
  }

  private void sweepNamespaces() {
    ResourceType namespaces = cluster.catalog().builtIn("Namespace");
    for (ObjectNode namespace : List.copyOf(cluster.store().list("namespaces", Optional.empty()))) {
      if (namespace.path("metadata").has("deletionTimestamp")) {
        String name = namespace.path("metadata").path("name").asText();
        if (emptied(name)) {
          remover.finish(namespaces, namespace, "spec", "kubernetes");
        }
      }
    }
  }

  private boolean emptied(String namespace) {
    boolean empty = true;
    for (ResourceType type : cluster.catalog().stored()) {
      if (type.namespaced()) {
        for (ObjectNode object :
            List.copyOf(cluster.store().list(type.groupResource(), Optional.of(namespace)))) {
          remover.remove(type, object, false);
        }
        empty &= cluster.store().list(type.groupResource(), Optional.of(namespace)).isEmpty();
      }
    }
    return empty;
  }
}
