package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.configMap;
import static dev.sluice.simulated.Manifests.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class DeletionContractIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static ClusterFixture fixture;
  private static KubernetesClient client;
  private static String namespace;
  private static Manifests manifests;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    client = fixture.client();
    namespace = fixture.namespace();
    manifests = new Manifests(client, namespace);
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static ConfigMap live(String name) {
    return client.configMaps().inNamespace(namespace).withName(name).get();
  }

  @Test
  void deletesOnlyTheExpectedResourceVersion() {
    String old =
        manifests.apply("one", configMap("version", "a: '1'")).getMetadata().getResourceVersion();
    manifests.apply("one", configMap("version", "a: '2'"));

    Status status =
        refusal(
            () ->
                client
                    .configMaps()
                    .inNamespace(namespace)
                    .withName("version")
                    .lockResourceVersion(old)
                    .delete());

    assertThat(status.getCode()).isEqualTo(409);
    assertThat(status.getReason()).isEqualTo("Conflict");
    assertThat(status.getMessage())
        .startsWith(
            "Operation cannot be fulfilled on ConfigMap \"version\": the ResourceVersion in the"
                + " precondition ("
                + old
                + ") does not match the ResourceVersion in record (");
    assertThat(live("version")).isNotNull();
  }

  @Test
  void waitsForFinalizers() {
    String held =
        configMap("held", "a: '1'")
            .replace("name: held", "name: held\n  finalizers: [example.com/hold]");
    manifests.apply("one", held);
    client.configMaps().inNamespace(namespace).withName("held").delete();
    assertThat(live("held").getMetadata().getDeletionTimestamp()).isNotEmpty();

    manifests.apply("one", configMap("held", "a: '1'"));

    assertThat(live("held")).isNull();
  }

  private static String owned(String name, GenericKubernetesResource owner) {
    return configMap(name, "a: '1'")
        .replace(
            "name: " + name,
            """
            name: %s
              ownerReferences:
              - {apiVersion: v1, kind: ConfigMap, name: %s, uid: %s}\
            """
                .formatted(name, owner.getMetadata().getName(), owner.getMetadata().getUid()));
  }

  @Test
  void collectsObjectsWithoutOwner() {
    GenericKubernetesResource owner = manifests.apply("one", configMap("owner", "a: '1'"));
    manifests.apply("one", owned("dependent", owner));

    client.configMaps().inNamespace(namespace).withName("owner").delete();

    await().atMost(PATIENCE).until(() -> live("dependent") == null);
  }

  @Test
  void keepsOrphans() {
    assumeTrue(fixture.readsJsonOfBuiltInKinds(), "the garbage collector orphans by JSON patches");
    GenericKubernetesResource owner = manifests.apply("one", configMap("parent", "a: '1'"));
    manifests.apply("one", owned("orphan", owner));

    client
        .configMaps()
        .inNamespace(namespace)
        .withName("parent")
        .withPropagationPolicy(DeletionPropagation.ORPHAN)
        .delete();

    await().atMost(PATIENCE).until(() -> live("parent") == null);
    await()
        .atMost(PATIENCE)
        .until(() -> live("orphan").getMetadata().getOwnerReferences().isEmpty());
  }

  @Test
  void emptiesANamespaceBeforeRemovingIt() {
    String doomed = fixture.namespace();
    Manifests there = new Manifests(client, doomed);
    there.apply("one", configMap("inside", "a: '1'"));
    there.apply(
        "one",
        configMap("held", "a: '1'")
            .replace("name: held", "name: held\n  finalizers: [example.com/hold]"));

    client.namespaces().withName(doomed).delete();
    await()
        .atMost(PATIENCE)
        .until(() -> client.configMaps().inNamespace(doomed).withName("inside").get() == null);

    Status late = refusal(() -> there.apply("one", configMap("late", "a: '1'")));
    assertThat(late.getCode()).isEqualTo(403);
    assertThat(late.getMessage())
        .isEqualTo(
            "configmaps \"late\" is forbidden: unable to create new content in namespace "
                + doomed
                + " because it is being terminated");
    assertThat(client.namespaces().withName(doomed).get().getStatus().getPhase())
        .isEqualTo("Terminating");

    there.apply("one", configMap("held", "a: '1'"));
    await().atMost(PATIENCE).until(() -> client.namespaces().withName(doomed).get() == null);
  }
}
