package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.configMap;
import static dev.sluice.simulated.Manifests.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Status;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class ValidationContractIT {
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: %s}
      spec:
        replicas: %s
        selector: {matchLabels: {app: %s}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: 'a:1'}]}
      """;

  private static ClusterFixture fixture;
  private static Manifests manifests;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    manifests = new Manifests(fixture.client(), fixture.namespace());
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static String secret(String name, String more) {
    return "apiVersion: v1\nkind: Secret\nmetadata: {name: " + name + "}\n" + more + "\n";
  }

  private static void refuses(String yaml, String... parts) {
    Status status = refusal(() -> manifests.force("one", yaml));
    assertThat(status.getCode()).as(status.getMessage()).isEqualTo(422);
    assertThat(status.getReason()).isEqualTo("Invalid");
    assertThat(status.getMessage()).contains(parts);
    assertThat(status.getDetails().getCauses()).isNotEmpty();
  }

  @Test
  void refusesNames() {
    refuses(
        configMap("Bad_Name"),
        "ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a");
  }

  @Test
  void refusesKeysOfData() {
    refuses(
        configMap("keys", "'a b': '1'"), "data[a b]: Invalid value: \"a b\": a valid config key");
  }

  @Test
  void refusesNegativeReplicas() {
    refuses(
        DEPLOYMENT.formatted("negative", -1, "web"),
        "Deployment.apps \"negative\" is invalid: spec.replicas: Invalid value: -1: must be greater"
            + " than or equal to 0");
  }

  @Test
  void refusesASelectorThatDoesNotMatch() {
    refuses(
        DEPLOYMENT.formatted("selector", 0, "other"),
        "spec.template.metadata.labels: Invalid value: ",
        "{\"app\":\"web\"}: `selector` does not match template `labels`");
  }

  @Test
  void refusesAChangeOfTheSelector() {
    manifests.apply("one", DEPLOYMENT.formatted("immutable", 0, "web"));
    refuses(
        DEPLOYMENT.formatted("immutable", 0, "other"),
        "spec.selector: Invalid value: ",
        "{\"app\":\"other\"}",
        "field is immutable");
  }

  @Test
  void refusesContainersWithoutImage() {
    refuses(
        DEPLOYMENT.formatted("imageless", 0, "web").replace(", image: 'a:1'", ""),
        "spec.template.spec.containers[0].image: Required value");
  }

  @Test
  void refusesChangesOfImmutableData() {
    manifests.apply("one", configMap("sealed", "a: '1'") + "immutable: true\n");
    refuses(
        configMap("sealed", "a: '2'") + "immutable: true\n",
        "data: Forbidden: field is immutable when `immutable` is set");
  }

  @Test
  void refusesPortsOutOfRange() {
    refuses(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: ports}
        spec: {ports: [{port: 70000, protocol: TCP}]}
        """,
        "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive");
  }

  @Test
  void refusesAChangeOfASecretsType() {
    manifests.apply("one", secret("typed", ""));
    refuses(secret("typed", "type: other"), "type: Invalid value: \"other\": field is immutable");
  }

  @Test
  void convertsStringDataOfSecrets() {
    manifests.apply("one", secret("text", "stringData: {a: b}"));

    var secret = manifests.resource(secret("text", "")).get();
    assertThat(secret.getAdditionalProperties())
        .containsEntry("data", java.util.Map.of("a", "Yg=="))
        .containsEntry("type", "Opaque")
        .doesNotContainKey("stringData");
  }

  @Test
  void refusesAChangeOfAJobsTemplate() {
    String job =
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: once}
        spec:
          template:
            spec: {restartPolicy: Never, containers: [{name: a, image: 'a:1'}]}
        """;
    manifests.apply("one", job);
    refuses(job.replace("a:1", "a:2"), "spec.template: Invalid value: ");
  }

  @Test
  void refusesAChangeOfTheRole() {
    String binding =
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: bound}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}
        """;
    manifests.apply("one", binding);
    refuses(
        binding.replace("name: a}", "name: b}"),
        "roleRef: Invalid value: ",
        fixture.isAtLeast(37) ? "field is immutable" : "cannot change roleRef");
  }

  @Test
  void refusesPortsOfOneName() {
    refuses(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: ports}
        spec: {ports: [{name: a, port: 1, protocol: TCP}, {name: a, port: 2, protocol: TCP}]}
        """,
        "spec.ports[1].name: Duplicate value: \"a\"");
  }

  @Test
  void keepsTheDefaultsOfAnEarlierStrategyAndRefusesThem() {
    manifests.apply("one", DEPLOYMENT.formatted("strategy", 0, "web"));
    refuses(
        DEPLOYMENT
            .formatted("strategy", 0, "web")
            .replace("replicas: 0", "strategy: {type: Recreate}"),
        "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is"
            + " 'Recreate'");
  }

  @Test
  void keepsTheHandlerOfAnotherManagerAndRefusesASecond() {
    manifests.apply("other", pod("probe", "livenessProbe: {httpGet: {port: 80}}"));
    refuses(
        pod("probe", "livenessProbe: {tcpSocket: {port: 80}}"),
        "spec.template.spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more"
            + " than 1 handler type");
  }

  @Test
  void refusesVolumesOfTwoTypes() {
    refuses(
        pod("volumes", "env: []")
            .replace("containers:", "volumes: [{name: v, secret: {}, emptyDir: {}}], containers:"),
        "spec.template.spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type");
  }

  @Test
  void refusesAVariableWithTwoValues() {
    refuses(
        pod(
            "variable",
            "env: [{name: a, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"),
        "spec.template.spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be"
            + " specified when `value` is not empty");
  }

  private static String pod(String name, String more) {
    return DEPLOYMENT.formatted(name, 0, "web").replace("image: 'a:1'", "image: 'a:1', " + more);
  }
}
