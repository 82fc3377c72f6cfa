package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.protect.ProtectionConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The API server refuses writes by others to the objects of protected applications. */
@Tag("kubernetes")
final class ProtectionIT {

  private static final String EMERGENCY = "sluice-test-emergency";
  private static final String MASTERS = "system:masters";
  private static final Policy PROTECTED = Targets.protecting(Policy.DEFAULT, "tuner", "team-shop");

  private final Bench bench = new Bench();
  private final Rights rights = new Rights(bench);
  private final Requests requests = new Requests();

  /** An administrator who is not the worker. */
  private KubernetesClient admin;

  @BeforeEach
  void permit() {
    assumeTrue(
        !bench.fixture.isSimulated() && bench.fixture.isAtLeast(30),
        "needs an API server with ValidatingAdmissionPolicy");
    admin = as("jane", MASTERS);
    // otherwise the policy would also refuse the deletion of the test's namespace
    bench.fixture.cleanUp(this::uninstall);
    bench.protection = new ProtectionConfig(true, EMERGENCY, List.of("operator"));
    rights.account(bench.systemNamespace, "worker");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void othersMayNotChangeLabelOrDeleteTheObjects() {
    protect(1, configMap("a", "git"));

    assertThat(refusal(() -> edit(admin, "a", "{\"data\": {\"key\": \"by hand\"}}")))
        .hasValueSatisfying(
            message ->
                assertThat(message)
                    .contains("the application shop of Sluice owns this object")
                    .contains("change it in Git, or run sluice suspend shop first")
                    .contains(EMERGENCY));
    assertThat(refusal(() -> edit(admin, "a", "{\"metadata\": {\"labels\": {\"x\": \"y\"}}}")))
        .isPresent();
    for (String mark : List.of("sluice.dev/installation", "sluice.dev/application")) {
      for (String value : List.of("null", "\"other\"")) {
        String patch = "{\"metadata\": {\"labels\": {\"%s\": %s}}}".formatted(mark, value);
        assertThat(refusal(() -> edit(admin, "a", patch))).as(patch).isPresent();
      }
    }
    assertThat(
            refusal(
                () ->
                    edit(
                        admin,
                        "a",
                        "{\"metadata\": {\"annotations\": {\"sluice.dev/generation\": null}}}")))
        .isPresent();
    assertThat(
            refusal(
                () ->
                    edit(
                        admin,
                        "a",
                        "{\"metadata\": {\"ownerReferences\": [{\"apiVersion\": \"v1\", \"kind\":"
                            + " \"ConfigMap\", \"name\": \"gone\", \"uid\": \"gone\"}]}}")))
        .as("a false owner would have it deleted")
        .isPresent();
    assertThat(refusal(() -> delete(admin, "a"))).isPresent();
    assertThat(refusal(() -> maps(admin).delete())).as("a deletion of all").isPresent();
    assertThat(bench.value("a")).contains("git");
    assertThat(bench.results.all(ObservedEvent.Drifted.class)).isEmpty();
  }

  @Test
  void othersMayWriteFinalizersAndObjectsThatNoApplicationOwns() {
    protect(1, configMap("a", "git"));

    edit(admin, "a", "{\"metadata\": {\"finalizers\": [\"example.org/held\"]}}");
    edit(admin, "a", "{\"metadata\": {\"finalizers\": null}}");
    admin
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName("free")
                .endMetadata()
                .build())
        .create();
    edit(admin, "free", "{\"data\": {\"key\": \"by hand\"}}");
    delete(admin, "free");

    assertThat(bench.value("a")).contains("git");
  }

  @Test
  void othersMayWriteObjectsThatSluiceLeavesAlone() {
    String created =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: created, annotations: {sluice.dev/apply: %s}}
        data: {key: git}
        """;
    String compared =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: compared, annotations: {sluice.dev/drift: ' Disabled'}}
        data: {key: git}
        """;
    protect(1, configMap("a", "git"), created.formatted("IfNotPresent"), compared);

    edit(admin, "created", "{\"data\": {\"key\": \"by hand\"}}");
    edit(admin, "compared", "{\"data\": {\"key\": \"by hand\"}}");
    bench.targets.send(
        bench.targets.target(
            "shop", 2, PROTECTED, configMap("a", "git"), created.formatted("always"), compared));
    bench.awaitValue("created", "git");

    assertThat(refusal(() -> touch(admin, "created"))).isPresent();
  }

  @Test
  void sluiceUpdatesHealsPrunesAndRemoves() {
    protect(1, configMap("a", "first"), configMap("b", "first"));

    bench.targets.send(
        bench.targets.target("shop", 2, PROTECTED, configMap("a", "second"), configMap("b", "b")));
    bench.awaitValue("a", "second");
    edit(as("mary", MASTERS, EMERGENCY), "a", "{\"data\": {\"key\": \"by hand\"}}");
    bench.awaitValue("a", "second");
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ObservedEvent.Healed.class).isEmpty());
    bench.targets.send(bench.targets.target("shop", 3, PROTECTED, configMap("a", "second")));
    await().atMost(Bench.PATIENCE).until(() -> bench.value("b").isEmpty());
    bench.targets.send(bench.targets.removal("shop", 4, false));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());

    assertThat(bench.value("a")).isEmpty();
    assertThat(bench.results.all(ResultEvent.Retrying.class)).isEmpty();
    await().atMost(Bench.PATIENCE).untilAsserted(() -> assertThat(protectionObjects()).isEmpty());
  }

  @Test
  void thoseWhoAreAllowedMayWrite() {
    protect(1, configMap("a", "git"));

    for (KubernetesClient allowed :
        List.of(
            as("tuner", MASTERS),
            as("joe", MASTERS, "team-shop"),
            as("operator", MASTERS),
            as("mary", MASTERS, EMERGENCY),
            as("system:kube-controller-manager", MASTERS),
            as(
                "system:serviceaccount:kube-system:generic-garbage-collector",
                MASTERS,
                "system:serviceaccounts:kube-system"))) {
      assertThat(refusal(() -> touch(allowed, "a"))).isEmpty();
      assertThat(refusal(() -> maps(allowed).withName("a").dryRun().delete())).isEmpty();
    }
  }

  @Test
  void dependentsOfADeletedObjectAreCollected() {
    protect(1, configMap("a", "git"), configMap("b", "git"));
    var owner = bench.object("a").orElseThrow();
    admin
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName("dependent")
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("ConfigMap")
                .withName("a")
                .withUid(owner.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .build())
        .create();

    bench.targets.send(bench.targets.target("shop", 2, PROTECTED, configMap("b", "git")));

    await().atMost(Bench.PATIENCE).until(() -> bench.object("dependent").isEmpty());
  }

  @Test
  void aStatusUpdateMayNotTakeAnObjectOutOfTheProtection() {
    protect(1, configMap("a", "git"), Targets.DEPLOYMENT.formatted("replicas: 0", ""));
    var deployment = admin.apps().deployments().inNamespace(bench.namespace).withName("d");

    assertThat(
            refusal(
                () ->
                    deployment
                        .subresource("status")
                        .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\": {\"annotations\": {\"sluice.dev/reconcile\":"
                                + " \"disabled\"}}}")))
        .isPresent();
    assertThat(
            refusal(
                () ->
                    deployment
                        .subresource("status")
                        .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"status\": {\"collisionCount\": 1}}")))
        .as("of the status alone")
        .isEmpty();
  }

  @Test
  void aSuspendedApplicationIsNotProtected() {
    protect(1, configMap("a", "git"));

    suspend("s1", true);
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> refusal(() -> edit(admin, "a", "{\"data\": {\"key\": \"x\"}}")).isEmpty());
    assertThat(bench.value("a")).contains("x");
    suspend("s2", false);

    bench.awaitValue("a", "git");
    awaitProtected("a");
  }

  @Test
  void othersMayWriteWhenThePolicyNoLongerProtects() {
    protect(1, configMap("a", "git"));

    bench.targets.send(
        bench.targets.target("shop", 2, Targets.showing(Policy.DEFAULT), configMap("a", "git")));

    await()
        .atMost(Bench.PATIENCE)
        .until(() -> refusal(() -> edit(admin, "a", "{\"data\": {\"key\": \"x\"}}")).isEmpty());
    await().atMost(Bench.PATIENCE).untilAsserted(() -> assertThat(protectionObjects()).isEmpty());
  }

  @Test
  void eachApplicationHasParametersOfItsOwn() {
    protect(1, configMap("a", "git"));
    bench.targets.send(
        bench.targets.target(
            "open", 1, Targets.showing(Policy.DEFAULT), configMap("open-map", "git")));
    bench.awaitApplied("open", 1);
    bench.targets.send(
        bench.targets.target(
            "other", 1, Targets.protecting(Policy.DEFAULT), configMap("b", "git")));
    bench.awaitApplied("other", 1);
    awaitProtected("b");

    assertThat(refusal(() -> edit(as("tuner", MASTERS), "b", "{\"data\": {\"key\": \"x\"}}")))
        .hasValueSatisfying(message -> assertThat(message).contains("the application other"));
    assertThat(refusal(() -> edit(admin, "open-map", "{\"data\": {\"key\": \"x\"}}"))).isEmpty();
    bench.targets.send(bench.targets.removal("other", 2, true));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> parameters().keySet(), keys -> !keys.contains("application.other"));
    assertThat(parameters()).containsEntry("application.shop", "tuner\nteam-shop");
    assertThat(refusal(() -> delete(admin, "a"))).isPresent();
  }

  @Test
  void serviceAccountsOfApplicationsMayWriteAndMayChange() {
    account("first");
    account("second");
    start();
    for (long generation = 1; generation <= 4; generation++) {
      String account = generation % 2 == 1 ? "first" : "second";
      Policy policy = Targets.as(PROTECTED, new ServiceAccountName(bench.namespace, account));
      bench.targets.send(
          bench.targets.target("shop", generation, policy, configMap("a", "g" + generation)));
      bench.awaitValue("a", "g" + generation);
      awaitProtected("a");
    }

    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
    assertThat(parameters().get("users"))
        .contains("system:serviceaccount:%s:second".formatted(bench.namespace))
        .contains("system:serviceaccount:%s:worker".formatted(bench.systemNamespace));
  }

  @Test
  void anObjectMovesBetweenProtectedApplicationsWithDifferentAccounts() {
    account("first");
    account("second");
    start();
    Policy first = Targets.as(PROTECTED, new ServiceAccountName(bench.namespace, "first"));
    Policy second = Targets.as(PROTECTED, new ServiceAccountName(bench.namespace, "second"));
    bench.targets.send(
        bench.targets.target("shop", 1, first, configMap("a", "git"), configMap("b", "git")));
    bench.awaitApplied("shop", 1);
    awaitProtected("b");
    String uid = bench.object("b").orElseThrow().getMetadata().getUid();

    bench.targets.send(bench.targets.target("other", 1, second, configMap("b", "moved")));
    bench.targets.send(bench.targets.target("shop", 2, first, configMap("a", "git")));

    bench.awaitValue("b", "moved");
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> bench.object("b").orElseThrow().getMetadata().getLabels(),
            labels -> "other".equals(labels.get("sluice.dev/application")));
    assertThat(bench.object("b").orElseThrow().getMetadata().getUid()).isEqualTo(uid);
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> refusal(() -> touch(admin, "b")).orElse(""),
            message -> message.contains("the application other"));
  }

  @Test
  void objectsOfAllKindsAreProtectedButTheirScaleIsHealed() {
    String role =
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: %s-role}}"
            .formatted(bench.namespace);
    String deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: example.org/web}]}
        """;
    protect(1, configMap("a", "git"), role, deployment);
    var roles = admin.rbac().clusterRoles().withName(bench.namespace + "-role");
    var deployments = admin.apps().deployments().inNamespace(bench.namespace).withName("web");

    assertThat(refusal(() -> roles.delete())).isPresent();
    assertThat(
            refusal(
                () ->
                    deployments.patch(
                        PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"paused\": true}}")))
        .isPresent();
    deployments.scale(5);
    await().atMost(Bench.PATIENCE).until(() -> deployments.get().getSpec().getReplicas() == 2);
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ObservedEvent.Healed.class).isEmpty());
    bench.targets.send(bench.targets.target("shop", 2, PROTECTED, configMap("a", "git")));

    await().atMost(Bench.PATIENCE).until(() -> roles.get() == null && deployments.get() == null);
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        admin.apps().replicaSets().inNamespace(bench.namespace).list().getItems())
                    .as("dependents of the Deployment")
                    .isEmpty());
  }

  @Test
  void nothingIsRequestedWithoutAChange() {
    bench.worker("one", requests);
    bench.targets.send(bench.targets.target("shop", 1, PROTECTED, configMap("a", "git")));
    bench.awaitApplied("shop", 1);
    awaitProtected("a");

    requests.clear();
    bench.targets.send(bench.targets.target("shop", 2, PROTECTED, configMap("a", "other")));
    bench.awaitApplied("shop", 2);
    assertThat(ofProtection()).isEmpty();

    requests.clear();
    bench.targets.send(
        bench.targets.target(
            "shop", 3, Targets.protecting(Policy.DEFAULT), configMap("a", "third")));
    bench.awaitApplied("shop", 3);
    await().atMost(Bench.PATIENCE).until(() -> "".equals(parameters().get("application.shop")));
    assertThat(ofProtection()).as("only the parameters are written").hasSize(1);
  }

  @Test
  void theNextLeaderRestoresWhatOthersHaveChanged() {
    ClusterWorker first = start();
    bench.targets.send(bench.targets.target("shop", 1, PROTECTED, configMap("a", "git")));
    awaitProtected("a");
    first.close();
    uninstall();
    await().atMost(Bench.PATIENCE).until(() -> refusal(() -> touch(admin, "a")).isEmpty());

    start();

    awaitProtected("a");
  }

  @Test
  void aWorkerWithoutTheSettingDeletesWhatOneWithItHasInstalled() {
    ClusterWorker first = start();
    bench.targets.send(bench.targets.target("shop", 1, PROTECTED, configMap("a", "git")));
    awaitProtected("a");
    first.close();
    bench.protection = ProtectionConfig.OFF;

    start();

    await().atMost(Bench.PATIENCE).until(() -> refusal(() -> touch(admin, "a")).isEmpty());
    await().atMost(Bench.PATIENCE).untilAsserted(() -> assertThat(protectionObjects()).isEmpty());
  }

  /** Applies a generation of a protected application, and waits until it is protected. */
  private void protect(long generation, String... manifests) {
    start();
    bench.targets.send(bench.targets.target("shop", generation, PROTECTED, manifests));
    bench.awaitApplied("shop", generation);
    awaitProtected("a");
  }

  private ClusterWorker start() {
    ClusterWorker started =
        bench.worker(
            "one",
            rights.new ServiceAccountRights(bench.systemNamespace, "worker")
                .mayEverywhere("cluster-admin")
                .client());
    await().atMost(Bench.PATIENCE).until(() -> started.status() == WorkerStatus.LEADING);
    return started;
  }

  private void account(String name) {
    rights.account(bench.namespace, name).may("ClusterRole", "admin", bench.namespace);
  }

  /** Waits until the API server enforces the policy, which takes it a moment. */
  private void awaitProtected(String configMap) {
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.object(configMap).isPresent()
                    && refusal(() -> touch(admin, configMap)).isPresent());
  }

  /** Returns a client that impersonates a user. */
  private KubernetesClient as(String user, String... groups) {
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(bench.fixture.kubeconfig()))
            .withImpersonateUsername(user)
            .withImpersonateGroups(groups)
            .build();
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    bench.fixture.cleanUp(client);
    return client;
  }

  private NonNamespaceOperation<ConfigMap, ConfigMapList, Resource<ConfigMap>> maps(
      KubernetesClient client) {
    return client.configMaps().inNamespace(bench.namespace);
  }

  private void edit(KubernetesClient client, String name, String patch) {
    var unused = maps(client).withName(name).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  /** Tries a change without making it. */
  private void touch(KubernetesClient client, String name) {
    var unused =
        maps(client)
            .withName(name)
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.JSON_MERGE)
                    .withDryRun(List.of("All"))
                    .build(),
                "{\"data\": {\"key\": \"touched\"}}");
  }

  private void delete(KubernetesClient client, String name) {
    var unused = maps(client).withName(name).delete();
  }

  /** Returns the message with which the policy refuses a write; empty if it does not. */
  private static Optional<String> refusal(Runnable write) {
    try {
      write.run();
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403 && e.getMessage().contains("ValidatingAdmissionPolicy")) {
        return Optional.of(e.getMessage());
      }
      throw e;
    }
  }

  private void suspend(String id, boolean suspended) {
    bench.targets.send(
        EventId.of(id),
        new SuspensionEvent(
            new ApplicationName("shop"), bench.cluster, suspended, "jo", "looking"));
  }

  private String name() {
    return "sluice-protection." + bench.installation();
  }

  private Map<String, String> parameters() {
    return bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.systemNamespace)
        .withName(name())
        .get()
        .getData();
  }

  private List<String> protectionObjects() {
    var client = bench.fixture.client();
    var policies = client.admissionRegistration().v1();
    return Stream.of(
            policies.validatingAdmissionPolicies().withName(name()).get(),
            policies.validatingAdmissionPolicyBindings().withName(name()).get(),
            client.configMaps().inNamespace(bench.systemNamespace).withName(name()).get())
        .filter(Objects::nonNull)
        .map(found -> found.getKind())
        .toList();
  }

  private List<String> ofProtection() {
    return requests.all().stream()
        .filter(line -> line.contains("sluice-protection") || line.contains("selfsubjectreviews"))
        .toList();
  }

  private void uninstall() {
    var policies = bench.fixture.client().admissionRegistration().v1();
    policies.validatingAdmissionPolicyBindings().withName(name()).delete();
    policies.validatingAdmissionPolicies().withName(name()).delete();
  }
}
