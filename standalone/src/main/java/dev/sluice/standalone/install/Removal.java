package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.install.Installation.Parts;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Removes an installation from a cluster, with what its worker has written for itself. Objects of
 * applications stay.
 */
final class Removal {

  private static final String NAME_LABEL = "app.kubernetes.io/name";

  private final ClusterObjects cluster;
  private final ObjectNames names;
  private final Parts parts;
  private final PrintStream out;

  Removal(ClusterObjects cluster, ObjectNames names, Parts parts, PrintStream out) {
    this.cluster = cluster;
    this.names = names;
    this.parts = parts;
    this.out = out;
  }

  /**
   * Deletes the workloads, and waits for the end of their pods, which write their state until then.
   *
   * @param patience how long to wait; with 0 s the pods must have ended already
   */
  void stop(Duration patience) throws InterruptedException {
    cluster.delete(objects().stream().filter(Installation::isWorkload).toList());
    if (cluster.isDryRun()) {
      return;
    }
    Rollout rollout = new Rollout(cluster.client(), patience, out);
    for (String name : List.of(ObjectNames.WORKER, ObjectNames.RECEIVER, ObjectNames.DISPATCHER)) {
      if (parts == Parts.ALL || name.equals(ObjectNames.WORKER)) {
        rollout.awaitGone(names.namespace(), name);
      }
    }
  }

  /** Deletes the rest; the settings last, by which a repetition recognises the installation. */
  void deleteRest(LiveInstallation live) {
    boolean hasWorker = hasWorker();
    cluster.deleteState(state(hasWorker));
    names
        .kafkaSecret()
        .ifPresent(
            secret -> cluster.delete(List.of(object("v1", "Secret", names.namespace(), secret))));
    cluster.delete(
        objects().stream()
            .filter(object -> !Installation.isWorkload(object))
            .filter(object -> !live.isBoundElsewhere() || !Installation.isClusterRight(object))
            .toList());
    out.printf(
        "left      Namespace %s: 'kubectl delete namespace %s' deletes it with all that is in it%n",
        names.namespace(), names.namespace());
    if (hasWorker) {
      out.println(
          "The objects of the applications stay as they are, and nothing changes or deletes them"
              + " any longer.");
    }
  }

  /** Returns what this program applies, without the namespace. */
  private List<ObjectNode> objects() {
    List<ObjectNode> objects =
        new ArrayList<>(
            new Installation(parts, names, Rights.ALL, Optional.empty(), Map.of(), Map.of())
                .objects());
    objects.removeFirst();
    return objects;
  }

  private boolean hasWorker() {
    return cluster
            .client()
            .serviceAccounts()
            .inNamespace(names.namespace())
            .withName(ObjectNames.WORKER)
            .get()
        != null;
  }

  /** Returns what the worker and the dispatcher have written for themselves. */
  private List<ObjectNode> state(boolean hasWorker) {
    String namespace = names.namespace();
    String installation = names.installation();
    List<ObjectNode> written = new ArrayList<>();
    cluster
        .client()
        .configMaps()
        .inNamespace(namespace)
        .withLabel(LedgerNames.LABEL)
        .withLabel(Ownership.INSTALLATION_LABEL, installation)
        .list()
        .getItems()
        .forEach(ledger -> written.add(object("v1", "ConfigMap", namespace, ledger)));
    written.add(
        object("v1", "Secret", namespace, new LedgerNames(namespace, installation).keySecret()));
    written.add(
        object(
            "coordination.k8s.io/v1", "Lease", namespace, ObjectNames.WORKER + "-" + installation));
    if (parts == Parts.ALL) {
      cluster
          .client()
          .persistentVolumeClaims()
          .inNamespace(namespace)
          .withLabel(NAME_LABEL, ObjectNames.DISPATCHER)
          .list()
          .getItems()
          .forEach(claim -> written.add(object("v1", "PersistentVolumeClaim", namespace, claim)));
    }
    for (String kind : List.of("ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy")) {
      // another namespace's worker of the same id may have them
      if (hasWorker && serves("admissionregistration.k8s.io/v1", kind)) {
        written.add(object("admissionregistration.k8s.io/v1", kind, "", names.protection()));
      }
    }
    return written.reversed();
  }

  private boolean serves(String version, String kind) {
    var resources = cluster.client().getApiResources(version);
    return resources != null
        && resources.getResources().stream().anyMatch(each -> each.getKind().equals(kind));
  }

  private static ObjectNode object(
      String apiVersion, String kind, String namespace, HasMetadata live) {
    return object(apiVersion, kind, namespace, live.getMetadata().getName());
  }

  private static ObjectNode object(String apiVersion, String kind, String namespace, String name) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", apiVersion).put(ObjectNames.KIND, kind);
    ObjectNode metadata = object.putObject("metadata").put("name", name);
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    return object;
  }
}
