package dev.sluice.worker.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.ManifestReader;
import dev.sluice.worker.manifest.Normaliser;
import dev.sluice.worker.manifest.Ownership;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnObjectsTest {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final ApplicationName SLUICE = new ApplicationName("sluice");
  private static final Set<String> CLUSTER_SCOPED =
      Set.of(
          "Namespace",
          "ClusterRole",
          "ClusterRoleBinding",
          "CustomResourceDefinition",
          "ValidatingAdmissionPolicy",
          "ValidatingAdmissionPolicyBinding");

  private final OwnObjects own = new OwnObjects("sluice-system", Set.of(SLUICE));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: sluice-worker-default,"
            + " namespace: sluice-system}}",
        "{apiVersion: coordination.k8s.io/v1beta1, kind: Lease, metadata: {name:"
            + " sluice-worker-blue, namespace: sluice-system}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: sluice-ledger.default.web, namespace:"
            + " sluice-system}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: sluice-ledger-web, namespace:"
            + " sluice-system}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: sluice-protection.default, namespace:"
            + " sluice-system}}",
        "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata:"
            + " {name: sluice-protection.default}}",
        "{apiVersion: admissionregistration.k8s.io/v1beta1, kind: ValidatingAdmissionPolicyBinding,"
            + " metadata: {name: sluice-protection.default}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: sluice-ledger-key.default, namespace:"
            + " sluice-system}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: sluice-ledger-key.default, generateName:"
            + " x, namespace: sluice-system}}",
        "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [{apiVersion: v1,"
            + " kind: ConfigMap, metadata: {name: sluice-ledger.a.b, namespace:"
            + " sluice-system}}]}]}",
        "{apiVersion: v1, kind: ConfigMapList, items: [{metadata: {name: sluice-ledger.a.b,"
            + " namespace: sluice-system}}]}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {sluice.dev/ledger:"
            + " 'true'}}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {sluice.dev/moved-ledger:"
            + " default}}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: x, labels: {sluice.dev/ledger-key:"
            + " 'true'}}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, annotations: {sluice.dev/signature:"
            + " 'v1:x'}}}"
      })
  void whatSluiceKeepsAboutItselfIsRefusedForEveryApplication(String manifest) {
    for (ApplicationName application : List.of(WEB, SLUICE)) {
      assertThatThrownBy(() -> own.check(application, read(manifest, "shop")))
          .isInstanceOfSatisfying(
              ManifestException.class,
              refused -> {
                assertThat(refused.failure().code()).isEqualTo(RenderFailure.OWN_OBJECT);
                assertThat(refused.getMessage()).contains("app.yaml, document 1");
              });
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system}}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: any, namespace:"
            + " sluice-system}}",
        "{apiVersion: rbac.authorization.k8s.io/v1beta1, kind: RoleBinding, metadata: {name: any,"
            + " namespace: sluice-system}}",
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sluice-worker, namespace:"
            + " sluice-system}}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name:"
            + " sluice-worker}}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name:"
            + " sluice-worker-default}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: reads-the-key, namespace: sluice-system}}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: sluice-worker, namespace:"
            + " sluice-system}}"
      })
  void theInstallationIsForApplicationsThatDeployIt(String manifest) throws Exception {
    assertThatThrownBy(() -> own.check(WEB, read(manifest, "shop")))
        .hasMessageContaining("--deploys-sluice");

    own.check(SLUICE, read(manifest, "shop"));
  }

  @Test
  void anApplicationWhoseNamespaceIsTheSystemNamespaceIsRefused() {
    String manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}";

    assertThatThrownBy(() -> own.check(WEB, read(manifest, "sluice-system")))
        .hasMessageContaining("ConfigMap sluice-system/x");
    assertThatThrownBy(
            () ->
                own.check(
                    SLUICE,
                    read(
                        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name:"
                            + " sluice-worker-default}}",
                        "sluice-system")))
        .hasMessageContaining("keeps about itself");
  }

  @Test
  void aDefinitionWithAWrongScopeDoesNotHideOwnObjects() {
    String hidden =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: leases.coordination.k8s.io}
        spec:
          group: coordination.k8s.io
          scope: Cluster
          names: {kind: Lease, plural: leases}
          versions: [{name: v1, served: true, storage: true}]
        ---
        apiVersion: coordination.k8s.io/v1
        kind: Lease
        metadata: {name: sluice-worker-default, namespace: sluice-system}
        ---
        """;

    assertThatThrownBy(() -> own.check(WEB, read(hidden, "shop")))
        .hasMessageContaining("keeps about itself");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: sluice-ledger-web}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: sluice-ledger-key.default}}",
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name:"
            + " sluice-worker-default}}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name:"
            + " sluice-workers-view}}",
        "{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system-2}}",
        "{apiVersion: example.org/v1, kind: Secret, metadata: {name: sluice-ledger-key.default}}"
      })
  void objectsWithTheSameNamesInOtherNamespacesOrGroupsAreAccepted(String manifest)
      throws Exception {
    own.check(WEB, read(manifest, "shop"));
  }

  private static List<Manifest> read(String text, String namespace) throws Exception {
    return new Normaliser(
            new Ownership("default", WEB),
            namespace,
            (_, kind) -> Optional.of(!CLUSTER_SCOPED.contains(kind)))
        .normalise(ManifestReader.read(text, "app.yaml"));
  }
}
