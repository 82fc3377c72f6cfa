package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.standalone.cli.ExitException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Sluice in a namespace of a cluster, as it is before anything is written there.
 *
 * @param settings of sluice.yaml; an empty object if there is none
 * @param fleet files of the fleet's ConfigMap; empty if there is none
 * @param rights of the worker; empty without one
 * @param boundTo namespace of the worker that has the cluster-wide rights; empty if none has
 */
record LiveInstallation(
    String namespace,
    Optional<PodSpec> dispatcher,
    Optional<PodSpec> receiver,
    Optional<PodSpec> worker,
    JsonNode settings,
    Map<String, String> fleet,
    Optional<Rights> rights,
    Optional<String> boundTo) {

  private static final int FAILED = 1;

  /** Reads what the namespace has. */
  static LiveInstallation read(KubernetesClient client, String namespace) {
    var deployments = client.apps().deployments().inNamespace(namespace);
    Optional<PodSpec> dispatcher =
        Optional.ofNullable(
                client
                    .apps()
                    .statefulSets()
                    .inNamespace(namespace)
                    .withName(ObjectNames.DISPATCHER)
                    .get())
            .map(live -> live.getSpec().getTemplate().getSpec());
    Optional<PodSpec> receiver =
        Optional.ofNullable(deployments.withName(ObjectNames.RECEIVER).get())
            .map(live -> live.getSpec().getTemplate().getSpec());
    Optional<PodSpec> worker =
        Optional.ofNullable(deployments.withName(ObjectNames.WORKER).get())
            .map(live -> live.getSpec().getTemplate().getSpec());
    Optional<ClusterRoleBinding> binding =
        readable(() -> client.rbac().clusterRoleBindings().withName(ObjectNames.WORKER).get());
    Optional<String> boundTo =
        binding.stream()
            .flatMap(live -> live.getSubjects().stream())
            .map(Subject::getNamespace)
            .filter(Objects::nonNull)
            .findFirst();
    return new LiveInstallation(
        namespace,
        dispatcher,
        receiver,
        worker,
        settings(client, namespace, Stream.of(dispatcher, receiver, worker)),
        data(client, namespace, "sluice-fleet"),
        worker.map(_ -> rights(client, boundTo.filter(namespace::equals).isPresent())),
        boundTo);
  }

  private interface Reading<T> {
    T read();
  }

  /** Returns an object; empty if it does not exist, or may not be read. */
  private static <T> Optional<T> readable(Reading<T> reading) {
    try {
      return Optional.ofNullable(reading.read());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Rights rights(KubernetesClient client, boolean isBound) {
    if (!isBound) {
      return Rights.NONE;
    }
    Optional<ClusterRole> role =
        readable(() -> client.rbac().clusterRoles().withName(ObjectNames.WORKER).get());
    return role.stream()
            .flatMap(live -> live.getRules().stream())
            .anyMatch(rule -> rule.getApiGroups().contains("*"))
        ? Rights.ALL
        : Rights.NARROW;
  }

  /** Reads the ConfigMap that the pods mount; kustomize gives it a name of its own. */
  private static JsonNode settings(
      KubernetesClient client, String namespace, Stream<Optional<PodSpec>> pods) {
    String name =
        pods.flatMap(Optional::stream)
            .flatMap(spec -> spec.getVolumes().stream())
            .filter(volume -> volume.getName().equals("config") && volume.getConfigMap() != null)
            .map(Volume::getConfigMap)
            .map(source -> source.getName())
            .findFirst()
            .orElse("sluice");
    String text = data(client, namespace, name).get("sluice.yaml");
    if (text == null) {
      return JsonNodeFactory.instance.objectNode();
    }
    return Yaml.read(text)
        .orElseThrow(
            () ->
                new ExitException(
                    FAILED,
                    "the settings in the ConfigMap %s/%s cannot be read: mend them, or delete it"
                        .formatted(namespace, name)));
  }

  private static Map<String, String> data(KubernetesClient client, String namespace, String name) {
    return Optional.ofNullable(client.configMaps().inNamespace(namespace).withName(name).get())
        .map(ConfigMap::getData)
        .orElse(Map.of());
  }

  /** Returns whether the namespace has anything of Sluice that these commands install. */
  boolean isPresent() {
    return hasHub() || worker.isPresent() || !settings.isEmpty();
  }

  /** Returns whether the namespace has the dispatcher or the receiver, or had them. */
  boolean hasHub() {
    return dispatcher.isPresent() || receiver.isPresent() || !fleet.isEmpty();
  }

  List<PodSpec> workloads() {
    return Stream.of(dispatcher, receiver, worker).flatMap(Optional::stream).toList();
  }

  /** Returns a setting; the default if it is not set. */
  String setting(String name, String orElse) {
    return settings.path(name).asText(orElse);
  }

  /** Returns whether the cluster-wide rights are those of another namespace's worker. */
  boolean isBoundElsewhere() {
    return boundTo.isPresent() && !boundTo.get().equals(namespace);
  }

  /**
   * Checks that this is what a command is about.
   *
   * @param context of the kubeconfig, for messages
   * @throws ExitException if the cluster's name, the installation id or the topic prefix differ
   */
  void require(String context, String cluster, String installation, String topicPrefix) {
    require(context, "the cluster", "cluster", "this", cluster);
    require(context, installation, topicPrefix);
  }

  /** Checks the same without the cluster's name. */
  void require(String context, String installation, String topicPrefix) {
    require(
        context, "the installation", "installation", ObjectNames.BASE_INSTALLATION, installation);
    require(context, "the topic prefix", "topic-prefix", "sluice", topicPrefix);
  }

  private void require(
      String context, String what, String setting, String byDefault, String wanted) {
    if (settings.isEmpty()) {
      return;
    }
    String present = setting(setting, byDefault);
    if (!present.equals(wanted)) {
      throw new ExitException(
          FAILED,
          "the namespace %s of the context %s is %s %s, and not %s: correct --context, --namespace or --%s"
              .formatted(namespace, context, what, present, wanted, setting));
    }
  }
}
