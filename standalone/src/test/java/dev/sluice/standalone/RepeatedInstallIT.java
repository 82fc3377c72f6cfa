package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.simulated.ClusterFixture;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands that install and remove, repeated or with wrong options, over what a cluster has. Kafka
 * has no users here.
 */
@Tag("kubernetes")
class RepeatedInstallIT {

  @TempDir private Path directory;

  private ClusterFixture fixture;
  private KubernetesClient client;
  private String hub;
  private String edge;
  private Path kubeconfig;

  @BeforeEach
  void open() throws Exception {
    fixture = ClusterFixture.open();
    client = fixture.client();
    hub = fixture.namespace() + "-hub";
    edge = fixture.namespace() + "-edge";
    YAMLMapper yaml = new YAMLMapper();
    ObjectNode config = (ObjectNode) yaml.readTree(fixture.kubeconfig());
    ((ObjectNode) config.at("/contexts/0")).put("name", "here");
    kubeconfig = Files.writeString(directory.resolve("config"), yaml.writeValueAsString(config));
  }

  @AfterEach
  void close() throws Exception {
    client.rbac().clusterRoles().withName("sluice-worker").delete();
    client.rbac().clusterRoleBindings().withName("sluice-worker").delete();
    List.of(hub, edge).forEach(name -> client.namespaces().withName(name).delete());
    fixture.close();
  }

  @Test
  void anotherClusterIsNeitherChangedNorRemoved() throws Exception {
    Path fleet = Files.createDirectories(directory.resolve("fleet"));
    run(edge, "cluster add west", "--fleet=" + fleet).done();
    String before = settings(edge);

    assertThat(run(edge, "cluster add east").refused())
        .contains("is the cluster west, and not east");
    assertThat(run(edge, "cluster add west", "--installation=two").refused())
        .contains("is the installation default, and not two");
    assertThat(settings(edge)).isEqualTo(before);
    assertThat(run(edge, "cluster remove east", "--fleet=" + fleet).refused())
        .contains("is the cluster west, and not east");
    assertThat(run(hub, "cluster remove west", "--fleet=" + fleet).refused())
        .contains("nothing is removed");
    assertThat(run(edge, "cluster remove west", "--installation=two").refused())
        .contains("is the installation default");
    assertThat(run(edge, "uninstall").refused()).contains("has a worker only");
    assertThat(run(edge, "install").refused()).contains("has the worker of the cluster west");
    assertThat(fleet.resolve("cluster-west.yaml")).exists();
    assertThat(client.apps().deployments().inNamespace(edge).withName("sluice-worker").get())
        .isNotNull();
    assertThat(run("default", "install").refused()).contains("not Sluice's");
    assertThat(run("kube-system", "cluster add west").refused()).contains("not Sluice's");
  }

  @Test
  void whatIsLeftOutIsNotTakenBack() throws Exception {
    webhooks(hub);
    run(
            hub,
            "install",
            "--cluster=one",
            "--image=registry.example/sluice:1",
            "--setting=homes=16",
            "--setting=mirror-budget=64",
            "--rights=narrow")
        .done();

    assertThat(run(hub, "install").refused()).contains("is the cluster one, and not this");
    assertThat(run(hub, "install", "--cluster=one").refused()).contains("--setting homes=16");
    assertThat(run(hub, "install", "--cluster=one", "--setting=homes=16").refused())
        .contains("the setting mirror-budget")
        .contains("the image registry.example/sluice:1")
        .contains("the worker's rights, which are now narrow");
    assertThat(settings(hub)).contains("mirror-budget: \"64\"");
    assertThat(run(hub, "install", "--cluster=one", "--setting=homes=16", "--reset").done())
        .contains("changed   ConfigMap " + hub + "/sluice");
  }

  @Test
  void narrowerOptionsTakeEffect() {
    webhooks(hub);
    run(hub, "install").done();

    assertThat(run(hub, "install", "--rights=none", "--dry-run").done())
        .contains("would be deleted ClusterRoleBinding sluice-worker");
    assertThat(run(hub, "install", "--rights=none").done())
        .contains("deleted   ClusterRoleBinding sluice-worker");
    assertThat(client.rbac().clusterRoleBindings().withName("sluice-worker").get()).isNull();
    assertThat(run(hub, "install", "--without-worker").done())
        .contains("deleted   Deployment " + hub + "/sluice-worker");
    assertThat(client.apps().deployments().inNamespace(hub).withName("sluice-worker").get())
        .isNull();
  }

  @Test
  void anotherNamespacesWorkerKeepsItsRights() {
    webhooks(hub);
    run(hub, "install", "--without-worker").done();
    run(edge, "cluster add this").done();

    assertThat(run(hub, "install").refused()).contains("the worker in the namespace " + edge);
    assertThat(run(hub, "install", "--without-worker").done()).doesNotContain("deleted");
    run(hub, "uninstall").done();

    assertThat(client.rbac().clusterRoleBindings().withName("sluice-worker").get().getSubjects())
        .allMatch(subject -> subject.getNamespace().equals(edge));
    assertThat(client.rbac().clusterRoles().withName("sluice-worker").get()).isNotNull();
    assertThat(run(hub, "uninstall").refused()).contains("nothing is removed");
  }

  @Test
  void objectsOfOthersStay() {
    run(edge, "cluster add west").done();
    client.serviceAccounts().inNamespace(edge).withName("sluice-worker").delete();
    client
        .resource(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sluice-worker, namespace: %s}\n"
                .formatted(edge))
        .create();
    client
        .resource(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: sluice-kafka, namespace: %s}\n"
                .formatted(edge))
        .create();

    String removed = run(edge, "cluster remove west").done();

    assertThat(removed)
        .contains("left      ServiceAccount " + edge + "/sluice-worker")
        .contains("deleted   Deployment " + edge + "/sluice-worker")
        .contains("left      Namespace " + edge);
    assertThat(client.namespaces().withName(edge).get().getMetadata().getDeletionTimestamp())
        .isNull();
    assertThat(client.serviceAccounts().inNamespace(edge).withName("sluice-worker").get())
        .isNotNull();
    assertThat(client.secrets().inNamespace(edge).withName("sluice-kafka").get()).isNotNull();
  }

  @Test
  void theStateStaysWhilePodsRun() {
    run(edge, "cluster add west").done();
    client
        .resource(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: stays
              namespace: %s
              labels: {app.kubernetes.io/name: sluice-worker}
              finalizers: [example.com/test]
            spec:
              securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
              containers:
                - name: worker
                  image: sluice:test
                  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """
                .formatted(edge))
        .create();
    client
        .resource(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: sluice-ledger-key.default, namespace: %s}\n"
                .formatted(edge))
        .create();

    InstallRun early = run(edge, "cluster remove west", "--wait=0s");

    assertThat(early.code()).isNotZero();
    assertThat(early.err()).contains("repeat the command when they have ended");
    assertThat(client.secrets().inNamespace(edge).withName("sluice-ledger-key.default").get())
        .isNotNull();
    assertThat(client.serviceAccounts().inNamespace(edge).withName("sluice-worker").get())
        .isNotNull();
    client
        .pods()
        .inNamespace(edge)
        .withName("stays")
        .edit(
            pod -> {
              pod.getMetadata().setFinalizers(List.of());
              return pod;
            });
    client.pods().inNamespace(edge).withName("stays").withGracePeriod(0).delete();

    assertThat(run(edge, "cluster remove west").done())
        .contains("deleted   Secret " + edge + "/sluice-ledger-key.default")
        .contains("deleted   ConfigMap " + edge + "/sluice");
  }

  private void webhooks(String namespace) {
    client
        .resource("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n".formatted(namespace))
        .serverSideApply();
    client
        .resource(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: sluice-webhooks, namespace: %s}\n"
                .formatted(namespace))
        .serverSideApply();
  }

  private String settings(String namespace) {
    return client
        .configMaps()
        .inNamespace(namespace)
        .withName("sluice")
        .get()
        .getData()
        .get("sluice.yaml");
  }

  private InstallRun run(String namespace, String command, String... options) {
    List<String> all = new ArrayList<>(List.of(command.split(" ")));
    all.addAll(List.of("--kubeconfig=" + kubeconfig, "--context=here", "--namespace=" + namespace));
    boolean installs = command.equals("install") || command.startsWith("cluster add");
    if (installs) {
      all.addAll(List.of("--kafka=kafka:9092", "--wait=0s"));
    }
    all.addAll(List.of(options));
    return InstallRun.of(all);
  }
}
