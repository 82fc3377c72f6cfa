package dev.sluice.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class CrudContractIT {
  private static ClusterFixture fixture;
  private static KubernetesClient client;
  private static String namespace;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    client = fixture.client();
    namespace = fixture.namespace();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static ConfigMap configMap(String name) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .addToData("a", "1")
        .build();
  }

  private static void needsJson() {
    fixture.assumeJsonOfBuiltInKinds();
  }

  @Test
  void createsReadsChangesAndDeletes() {
    needsJson();
    ConfigMap created = client.resource(configMap("life")).create();
    assertThat(created.getMetadata().getUid()).isNotEmpty();
    assertThat(created.getMetadata().getCreationTimestamp()).isNotEmpty();

    ConfigMap edited =
        client
            .configMaps()
            .inNamespace(namespace)
            .withName("life")
            .edit(c -> new ConfigMapBuilder(c).addToData("b", "2").build());
    assertThat(edited.getData()).isEqualTo(Map.of("a", "1", "b", "2"));

    client.resource(edited).delete();
    assertThat(client.configMaps().inNamespace(namespace).withName("life").get()).isNull();
  }

  @Test
  void refusesToCreateAnExistingObject() {
    needsJson();
    client.resource(configMap("twice")).create();
    assertThatThrownBy(() -> client.resource(configMap("twice")).create())
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(409);
              assertThat(e.getStatus().getReason()).isEqualTo("AlreadyExists");
              assertThat(e.getStatus().getMessage())
                  .isEqualTo("configmaps \"twice\" already exists");
            });
  }

  @Test
  void appliesServerSide() {
    ConfigMap applied =
        client.resource(configMap("applied")).fieldManager("test").serverSideApply();
    assertThat(applied.getMetadata().getManagedFields()).hasSize(1);
    String version = applied.getMetadata().getResourceVersion();
    ConfigMap again = client.resource(configMap("applied")).fieldManager("test").serverSideApply();
    assertThat(again.getMetadata().getResourceVersion()).isEqualTo(version);
  }

  @Test
  void aStrategicPatchNeverCreatesAndChecksItsResourceVersion() {
    ConfigMap there = client.resource(configMap("patched")).serverSideApply();

    assertThat(patch("patched", there.getMetadata().getResourceVersion()).getData())
        .containsEntry("a", "2");
    assertThatThrownBy(() -> patch("patched", there.getMetadata().getResourceVersion()))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
    client.configMaps().inNamespace(namespace).withName("patched").delete();
    assertThatThrownBy(() -> patch("patched", there.getMetadata().getResourceVersion()))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(404));
  }

  @Test
  void decodesNamesInPaths() {
    String name = namespace + ":reader";
    String path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/" + name.replace(":", "%3A");
    fixture.cleanUp(() -> client.rbac().clusterRoles().withName(name).delete());
    client
        .resource(
            new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .addNewRule()
                .withApiGroups("")
                .withResources("pods")
                .withVerbs("get")
                .endRule()
                .build())
        .serverSideApply();

    assertThat(client.raw(path)).contains("\"name\":\"" + name + "\"");
    assertThat(client.raw("/api/v1/namespaces/%64efault")).contains("\"name\":\"default\"");
  }

  @Test
  void everyNamespaceHasACertificateAndAnAccount() {
    String other = fixture.namespace();
    ConfigMap certificate =
        awaitPresent(
            () -> client.configMaps().inNamespace(other).withName("kube-root-ca.crt").get());
    ServiceAccount account =
        awaitPresent(() -> client.serviceAccounts().inNamespace(other).withName("default").get());
    assertThat(certificate.getData()).containsOnlyKeys("ca.crt");
    assertThat(certificate.getMetadata().getManagedFields())
        .extracting(ManagedFieldsEntry::getManager)
        .containsExactly("kube-controller-manager");

    client.resource(certificate).delete();
    client.resource(account).delete();

    awaitPresent(
        () ->
            Optional.ofNullable(
                    client.configMaps().inNamespace(other).withName("kube-root-ca.crt").get())
                .filter(again -> isOther(again, certificate))
                .orElse(null));
    awaitPresent(
        () ->
            Optional.ofNullable(
                    client.serviceAccounts().inNamespace(other).withName("default").get())
                .filter(again -> isOther(again, account))
                .orElse(null));
  }

  private static boolean isOther(HasMetadata one, HasMetadata other) {
    return !one.getMetadata().getUid().equals(other.getMetadata().getUid());
  }

  private static <T> T awaitPresent(Callable<T> query) {
    return await().atMost(Duration.ofSeconds(30)).until(query, Objects::nonNull);
  }

  private static ConfigMap patch(String name, String resourceVersion) {
    return client
        .configMaps()
        .inNamespace(namespace)
        .withName(name)
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"metadata\":{\"resourceVersion\":\"%s\"},\"data\":{\"a\":\"2\"}}"
                .formatted(resourceVersion));
  }
}
