package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.install.Installation.Parts;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Removes an installation from a cluster, with what its worker has written for itself. Objects of
 * applications stay.
 */
final class Removal {

  private static final String DISPATCHER = "sluice-dispatcher";
  private static final String NAME_LABEL = "app.kubernetes.io/name";

  private final ClusterObjects cluster;
  private final ObjectNames names;
  private final PrintStream out;

  Removal(ClusterObjects cluster, ObjectNames names, PrintStream out) {
    this.cluster = cluster;
    this.names = names;
    this.out = out;
  }

  /** Whether the namespace has a dispatcher. */
  static boolean isHub(KubernetesClient client, String namespace) {
    return client.apps().statefulSets().inNamespace(namespace).withName(DISPATCHER).get() != null;
  }

  /**
   * Removes all objects but those that others made, and the namespace if it is empty then.
   *
   * @param patience how long to wait for the end of the pods
   */
  void run(Parts parts, Duration patience) throws InterruptedException {
    List<ObjectNode> objects =
        new ArrayList<>(
            new Installation(parts, names, Rights.ALL, Optional.empty(), Map.of(), Map.of())
                .objects());
    objects.removeFirst(); // the namespace
    cluster.delete(objects);
    if (!cluster.isDryRun() && patience.isPositive()) {
      Rollout rollout = new Rollout(cluster.client(), patience, out);
      for (String name : List.of(ObjectNames.WORKER, "sluice-receiver", DISPATCHER)) {
        rollout.awaitGone(names.namespace(), name);
      }
    }
    cluster.delete(written());
    deleteNamespace();
    out.println(
        "The objects of the applications stay as they are, and nothing changes or deletes them any"
            + " longer.");
  }

  /** Returns what the worker, the dispatcher and this program have written for themselves. */
  private List<ObjectNode> written() {
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
    names.kafkaSecret().ifPresent(secret -> written.add(object("v1", "Secret", namespace, secret)));
    cluster
        .client()
        .persistentVolumeClaims()
        .inNamespace(namespace)
        .withLabel(NAME_LABEL, DISPATCHER)
        .list()
        .getItems()
        .forEach(claim -> written.add(object("v1", "PersistentVolumeClaim", namespace, claim)));
    for (String kind : List.of("ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy")) {
      if (serves("admissionregistration.k8s.io/v1", kind)) {
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

  private void deleteNamespace() {
    List<String> others = others();
    ObjectNode namespace = object("v1", "Namespace", "", names.namespace());
    if (others.isEmpty() || cluster.isDryRun()) {
      cluster.delete(List.of(namespace));
    } else {
      out.printf(
          "left      Namespace %s, which still has %s%n",
          names.namespace(), String.join(", ", others));
    }
  }

  /** Returns what else is in the namespace. */
  private List<String> others() {
    KubernetesClient client = cluster.client();
    String namespace = names.namespace();
    return Stream.of(
            client.configMaps().inNamespace(namespace).list().getItems().stream()
                .filter(each -> !each.getMetadata().getName().equals("kube-root-ca.crt")),
            client.secrets().inNamespace(namespace).list().getItems().stream()
                .filter(each -> !"kubernetes.io/service-account-token".equals(each.getType())),
            client.pods().inNamespace(namespace).list().getItems().stream(),
            client.persistentVolumeClaims().inNamespace(namespace).list().getItems().stream()
                .filter(each -> each.getMetadata().getDeletionTimestamp() == null))
        .flatMap(objects -> objects.map(HasMetadata.class::cast))
        .map(each -> each.getKind() + " " + each.getMetadata().getName())
        .toList();
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
