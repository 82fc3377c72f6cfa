package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kubernetes")
class DiscoveryContractIT {
  private static ClusterFixture fixture;
  private static KubernetesClient client;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    client = fixture.client();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  @Test
  void reportsItsVersion() {
    assertThat(client.getKubernetesVersion().getMajor()).isEqualTo("1");
    assertThat(client.getKubernetesVersion().getGitVersion()).startsWith("v1.");
  }

  @ParameterizedTest
  @CsvSource({
    "v1, configmaps, ConfigMap, true, cm",
    "v1, namespaces, Namespace, false, ns",
    "v1, services, Service, true, svc",
    "apps/v1, deployments, Deployment, true, deploy",
    "apps/v1, statefulsets, StatefulSet, true, sts",
    "coordination.k8s.io/v1, leases, Lease, true, ''",
    "networking.k8s.io/v1, ingresses, Ingress, true, ing",
    "networking.k8s.io/v1, networkpolicies, NetworkPolicy, true, netpol",
    "rbac.authorization.k8s.io/v1, clusterroles, ClusterRole, false, ''",
    "apiextensions.k8s.io/v1, customresourcedefinitions, CustomResourceDefinition, false, crd"
  })
  void describesResources(
      String groupVersion, String plural, String kind, boolean namespaced, String shortName) {
    List<APIResource> resources = client.getApiResources(groupVersion).getResources();

    APIResource found =
        resources.stream().filter(r -> r.getName().equals(plural)).findFirst().orElseThrow();
    assertThat(found.getKind()).isEqualTo(kind);
    assertThat(found.getNamespaced()).isEqualTo(namespaced);
    assertThat(found.getVerbs()).contains("create", "get", "list", "patch", "watch", "delete");
    if (!shortName.isEmpty()) {
      assertThat(found.getShortNames()).contains(shortName);
    }
  }

  @Test
  void listsGroups() {
    assertThat(client.getApiGroups().getGroups())
        .extracting(group -> group.getName())
        .contains("apps", "batch", "apiextensions.k8s.io", "coordination.k8s.io");
  }

  @Test
  void listsAnAggregatedApiWhoseServerIsMissing() {
    fixture.assumeJsonOfBuiltInKinds();
    String group = "metrics-%s.example.org".formatted(UUID.randomUUID().toString().substring(0, 8));
    String path = "/apis/%s/v1beta1".formatted(group);
    fixture.cleanUp(
        () ->
            client
                .genericKubernetesResources("apiregistration.k8s.io/v1", "APIService")
                .withName("v1beta1." + group)
                .delete());

    client
        .resource(
            """
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: v1beta1.%1$s}
            spec:
              group: %1$s
              version: v1beta1
              groupPriorityMinimum: 100
              versionPriority: 100
              insecureSkipTLSVerify: true
              service: {name: nobody, namespace: default, port: 443}
            """
                .formatted(group))
        .serverSideApply();

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(client.getApiGroups().getGroups())
                    .extracting(found -> found.getName())
                    .contains(group));
    assertThat(refusal(() -> client.raw(path, "GET", null)).getCode()).isEqualTo(503);
    assertThat(refusal(() -> client.raw(path + "/nodes/x", "GET", null)).getCode()).isEqualTo(503);
  }

  @Test
  void answers404ForUnknownResources() {
    Status status = refusal(() -> client.raw("/api/v1/namespaces/default/gizmos/x", "GET", null));

    assertThat(status.getCode()).isEqualTo(404);
    assertThat(status.getMessage()).isEqualTo("the server could not find the requested resource");
  }
}
