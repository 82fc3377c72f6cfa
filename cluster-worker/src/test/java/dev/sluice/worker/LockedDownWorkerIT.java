package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.protect.ProtectionConfig;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker with no other permissions than those of {@code k8s/locked-down}, by RBAC. */
@Tag("kubernetes")
final class LockedDownWorkerIT {

  private static final String SECRET =
      "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {key: hidden}}";

  private final Bench bench = new Bench();
  private final Rights rights = new Rights(bench);
  private final DeployedRights deployed = new DeployedRights(bench);
  private final ServiceAccountName deployer = new ServiceAccountName(bench.namespace, "deployer");

  @BeforeEach
  void installTheVariant() throws IOException {
    assumeTrue(!bench.fixture.isSimulated(), "the simulated cluster has no RBAC");
    deployed.installVariant("locked-down/worker-rights.yaml");
    deployed.install("locked-down/impersonator.yaml", bench.systemNamespace);
    deployed.install("tenant/tenant.yaml", bench.namespace);
    bench.requireServiceAccount = true;
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void appliesHealsPrunesAndRemoves() {
    ClusterWorker running = start();

    bench.targets.send(
        bench.targets.target("web", 1, Targets.as(deployer), configMap("a", "first"), SECRET));
    bench.awaitApplied("web", 1);
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName("a")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"data\": {\"key\": \"by hand\"}}");
    bench.awaitValue("a", "first");
    bench.targets.send(
        bench.targets.target("web", 2, Targets.as(deployer), configMap("a", "second")));
    bench.awaitApplied("web", 2);
    bench.awaitValue("a", "second");
    assertThat(new Questions(bench).ask("web").failure()).isEmpty();
    assertThat(new Questions(bench).askObjects("web").failure()).isEmpty();
    bench.targets.send(bench.targets.removal("web", 3, false));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());

    assertThat(bench.value("a")).isEmpty();
    assertThat(running.status()).isEqualTo(WorkerStatus.LEADING);
  }

  @Test
  void theWorkerItselfMayNotWriteOutsideOfItsNamespace() {
    try (KubernetesClient client = deployed.account().client()) {
      ClusterApi api = new ClusterApi(client, Duration.ofSeconds(10));

      assertThatThrownBy(() -> api.ensureNamespace("sluice-test-refused"))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.status()).isEqualTo("403 Forbidden"));
    }
  }

  @Test
  void namesTheAccountAndTheMissingPermission() {
    rights.apply(
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: maps, namespace: %s}
        rules: [{apiGroups: [''], resources: [configmaps], verbs: ['*']}]
        """
            .formatted(bench.namespace));
    rights.account(bench.namespace, "mapper").may("Role", "maps", bench.namespace);
    Policy policy = Targets.as(new ServiceAccountName(bench.namespace, "mapper"));
    start();

    bench.targets.send(bench.targets.target("web", 1, policy, configMap("a", "first"), SECRET));
    Failure failure = bench.awaitParked("web");

    assertThat(failure.code()).isEqualTo(ApplyFailure.FORBIDDEN);
    assertThat(failure.message())
        .contains("User \"system:serviceaccount:%s:mapper\" cannot ".formatted(bench.namespace))
        .contains(
            "resource \"secrets\" in API group \"\" in the namespace \"%s\""
                .formatted(bench.namespace))
        .doesNotContain("hidden");
    assertThat(bench.value("a")).as("nothing is written before").isEmpty();
  }

  @Test
  void impersonatesOnlyWhereItIsAllowedTo() {
    start();

    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            Targets.as(new ServiceAccountName("kube-system", "namespace-controller")),
            configMap("a", "first")));
    Failure failure = bench.awaitParked("web");

    assertThat(failure.code()).isEqualTo(ApplyFailure.FORBIDDEN);
    assertThat(failure.message())
        .contains(
            "the worker may not impersonate the service account kube-system/namespace-controller");
    assertThat(bench.value("a")).isEmpty();
  }

  @Test
  void theAccountHasTheGroupsOfServiceAccounts() {
    rights.apply(
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: group, namespace: %1$s}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
        subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:serviceaccounts:%1$s'}]
        """
            .formatted(bench.namespace));
    rights.account(bench.namespace, "member");
    start();

    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            Targets.as(new ServiceAccountName(bench.namespace, "member")),
            configMap("a", "first")));

    bench.awaitApplied("web", 1);
  }

  @Test
  void protectsObjectsOnceItHasTheRightsForThat() throws IOException {
    assumeTrue(bench.fixture.isAtLeast(30), "needs ValidatingAdmissionPolicy");
    ReportedFindings reports = new ReportedFindings();
    bench.telemetry = new Telemetry(new Metrics(), Tracing.OFF, reports);
    bench.protection = new ProtectionConfig(true, "sluice:break-glass", List.of());
    start();

    bench.targets.send(
        bench.targets.target(
            "web", 1, Targets.protecting(Targets.as(deployer)), configMap("a", "first")));
    bench.awaitApplied("web", 1);
    assertThat(reports.await(PartFailure.UNPROTECTED).message())
        .contains("403 Forbidden; k8s/protection has the rights");
    deployed.install("protection/protection.yaml", bench.systemNamespace);

    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> edit("tester", "by hand"))
                    .hasMessageContaining("the application web of Sluice owns this object"));
    await().atMost(Bench.PATIENCE).until(() -> reports.find(PartFailure.UNPROTECTED).isEmpty());
    bench.targets.send(bench.targets.removal("web", 2, false));
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench
                        .fixture
                        .client()
                        .admissionRegistration()
                        .v1()
                        .validatingAdmissionPolicies()
                        .withName("sluice-protection." + bench.installation())
                        .get()
                    == null);
  }

  /** Changes the ConfigMap as an administrator who is not the worker. */
  private void edit(String user, String value) {
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(bench.fixture.kubeconfig()))
            .withImpersonateUsername(user)
            .withImpersonateGroups("system:masters")
            .build();
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      var unused =
          client
              .configMaps()
              .inNamespace(bench.namespace)
              .withName("a")
              .patch(
                  PatchContext.of(PatchType.STRATEGIC_MERGE),
                  "{\"data\": {\"key\": \"%s\"}}".formatted(value));
    }
  }

  private ClusterWorker start() {
    ClusterWorker started = bench.worker("one", deployed.account().client());
    await().atMost(Bench.PATIENCE).until(() -> started.status() == WorkerStatus.LEADING);
    return started;
  }
}
