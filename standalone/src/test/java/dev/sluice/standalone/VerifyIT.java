package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.simulated.ClusterFixture;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.verify.Findings;
import dev.sluice.standalone.verify.Violation;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sluice verify} reports no field that a server spells, defaults or fills itself, and
 * reports what others changed. The manifests have what published bundles have.
 */
@Tag("kubernetes")
class VerifyIT {

  /** Quantities and booleans as people write them, which servers spell otherwise or leave out. */
  private static final String WORKLOADS =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: operator, labels: {app: operator}, annotations: {note: ""}}
      spec:
        replicas: 0
        paused: false
        strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
        selector: {matchLabels: {app: operator}}
        template:
          metadata: {labels: {app: operator}, annotations: {}}
          spec:
            hostNetwork: false
            hostPID: false
            automountServiceAccountToken: false
            serviceAccountName: operator
            nodeSelector: {}
            tolerations: []
            securityContext: {}
            imagePullSecrets: []
            containers:
            - name: operator
              image: example.org/operator:1
              args: []
              env: [{name: EMPTY, value: ""}, {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
              ports: [{containerPort: 8080, name: http}, {containerPort: 8080, name: quic, protocol: UDP}]
              resources:
                limits: {cpu: 1000m, memory: 1024Mi}
                requests: {cpu: 0.5, memory: 0.5Gi}
              securityContext: {privileged: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
              stdin: false
              tty: false
            volumes:
            - {name: cache, emptyDir: {sizeLimit: 2048Mi}}
            - {name: scratch, emptyDir: {}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: operator}
      spec: {selector: {app: operator}, ports: [{port: 80, targetPort: http}], publishNotReadyAddresses: false}
      ---
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: operator}
      automountServiceAccountToken: false
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: operator}
      stringData: {password: "not so secret"}
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: operator}
      spec: {maxUnavailable: 1, selector: {matchLabels: {app: operator}}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: operator}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}
      """;

  /** A definition whose object gets defaults, and a role whose rules the cluster gathers. */
  private static final String CLUSTER_WIDE =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: probes.%1$s.example.org}
      spec:
        group: %1$s.example.org
        names: {kind: Probe, listKind: ProbeList, plural: probes, singular: probe}
        preserveUnknownFields: false
        scope: Namespaced
        versions:
        - name: v1
          served: true
          storage: true
          subresources: {status: {}}
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec:
                  type: object
                  properties:
                    interval: {type: string, default: 30s}
                    memory: {type: string}
                status: {type: object, x-kubernetes-preserve-unknown-fields: true}
      ---
      apiVersion: %1$s.example.org/v1
      kind: Probe
      metadata: {name: probe}
      spec: {memory: 1024Mi}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: "%1$s:aggregate"}
      aggregationRule: {clusterRoleSelectors: [{matchLabels: {aggregate: "%1$s"}}]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: "%1$s:part", labels: {aggregate: "%1$s"}}
      rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: "%1$s:part"}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "%1$s:part"}
      subjects: [{kind: ServiceAccount, name: operator, namespace: "%1$s"}, {kind: Group, name: "%1$s"}]
      """;

  private static final String WEBHOOK =
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: "%1$s"}
      webhooks:
      - name: probes.example.org
        admissionReviewVersions: [v1]
        clientConfig: {service: {name: operator, namespace: "%1$s", path: /validate}}
        failurePolicy: Ignore
        rules: [{apiGroups: [none.example.org], apiVersions: [v1], operations: [CREATE], resources: [none]}]
        sideEffects: None
      """;

  private static final String FREEZE =
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: freeze.%1$s.example.org}
      spec:
        matchConstraints:
          resourceRules:
          - {apiGroups: ["*"], apiVersions: ["*"], operations: [UPDATE], resources: ["*"]}
        validations: [{expression: "false", message: no changes today}]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicyBinding
      metadata: {name: freeze.%1$s.example.org}
      spec:
        policyName: freeze.%1$s.example.org
        validationActions: [Deny]
        matchResources:
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "%1$s"}}
      """;

  @TempDir private Path directory;

  @Test
  void reportsOnlyWhatOthersChanged() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING, PRODUCTION)) {
      String namespace = scenario.namespace();
      boolean hasWebhooks = !scenario.fixture(STAGING).isSimulated();
      cleanUp(scenario, namespace);
      scenario.fleet().application("bundle", "bundle", namespace, STAGING);
      scenario.fleet().application("elsewhere", "elsewhere", "default", PRODUCTION);
      Map<String, String> files =
          new HashMap<>(
              Map.of(
                  "bundle/workloads.yaml", WORKLOADS,
                  "bundle/cluster.yaml", CLUSTER_WIDE.formatted(namespace),
                  "bundle/settings.yaml", configMap("settings", "one"),
                  "elsewhere/settings.yaml", configMap("elsewhere", "one")));
      if (hasWebhooks) {
        files.put("bundle/webhook.yaml", WEBHOOK.formatted(namespace));
      }
      scenario.commit(files);
      try (OneProcess sluice = scenario.start()) {
        patiently()
            .until(() -> scenario.configMaps(PRODUCTION, "default").value("elsewhere").isPresent());
        patiently().until(() -> scenario.configMaps().value("settings").isPresent());
        if (hasWebhooks) {
          injectCertificate(scenario.client(STAGING), namespace);
        }
        scenario.verify();
        assertThat(scenario.violations(List.of(STAGING)))
            .as("of one cluster, without the log of the other")
            .isEmpty();
        assertThat(sluice).isNotNull();
      }
      // without a worker, which would put it back
      scenario
          .client(STAGING)
          .apps()
          .deployments()
          .inNamespace(namespace)
          .withName("operator")
          .patch(
              PatchContext.of(PatchType.STRATEGIC_MERGE),
              "{\"spec\": {\"minReadySeconds\": 3, \"template\": {\"spec\": {\"containers\":"
                  + " [{\"name\": \"operator\", \"image\": \"example.org/other:1\"}]}}}}");

      assertThat(scenario.violations(List.of(STAGING)))
          .extracting(Violation::what)
          .containsExactly("is not what Git says, in spec.template.spec.containers[0].image");
    }
  }

  /**
   * The label of a shared object names one of its applications, and each has its own generation.
   */
  @Test
  void reportsNothingOfAnObjectThatApplicationsShare() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      for (String name : List.of("one", "two")) {
        scenario
            .fleet()
            .document(
                """
                apiVersion: sluice.dev/v1
                kind: Application
                metadata: {name: %1$s}
                spec:
                  source: {repository: apps, path: %1$s}
                  clusters: {names: [%2$s]}
                  namespace: %3$s
                  policy: {sharedObjects: all}
                """
                    .formatted(name, STAGING, namespace));
      }
      scenario.commit(
          Map.of(
              "one/shared.yaml", configMap("shared", "x"),
              "one/own.yaml", configMap("one", "x"),
              "two/own.yaml", configMap("two", "x")));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().value("one").isPresent());
        scenario.push(sluice, Map.of("two/own.yaml", configMap("two", "y")));
        patiently().until(() -> scenario.configMaps().value("two").equals(Optional.of("y")));
        scenario.push(
            sluice,
            Map.of(
                "two/shared.yaml", configMap("shared", "x"),
                "two/own.yaml", configMap("two", "z")));
        patiently().until(() -> scenario.configMaps().value("two").equals(Optional.of("z")));

        scenario.verify();
      }
    }
  }

  @Test
  void whatCannotBeComparedIsNeitherAViolationNorASuccess() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      ClusterFixture fixture = scenario.fixture(STAGING);
      fixture.assumeJsonOfBuiltInKinds();
      String namespace = scenario.namespace();
      cleanUp(scenario, namespace);
      scenario.fleet().application("probes", "probes", namespace, STAGING);
      scenario.fleet().application("plain", "plain", namespace, STAGING);
      scenario.commit(
          Map.of(
              "probes/cluster.yaml", CLUSTER_WIDE.formatted(namespace),
              "plain/settings.yaml", configMap("settings", "one")));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().value("settings").isPresent());
        scenario.verify();
        fixture.stopAnswering(namespace + ".example.org", "v1");

        Findings findings = scenario.findings(List.of(STAGING));

        assertThat(findings.violations()).isEmpty();
        assertThat(findings.incomparable())
            .extracting(Findings.Incomparable::toString)
            .anyMatch(
                line ->
                    line.startsWith("staging, probes: could not be compared: ")
                        && line.contains("APIService v1.%s.example.org".formatted(namespace)));
        assertThat(findings.summary()).isEqualTo("2 could not be compared");

        // the ConfigMap of another application is still compared
        replaceByImmutable(scenario.client(STAGING), namespace, "settings");

        assertThat(scenario.violations(List.of(STAGING)))
            .extracting(Violation::what)
            .anyMatch(
                what ->
                    what.equals(
                        "is refused by the API server when it is applied again in a dry run"
                            + " (422 Invalid)"));
        assertThat(sluice).isNotNull();
      }
    }
  }

  /** Admission may deny every change for a while, although the objects are as Git says. */
  @Test
  void aDenialByAdmissionIsNoViolation() throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      ClusterFixture fixture = scenario.fixture(STAGING);
      assumeTrue(!fixture.isSimulated() && fixture.isAtLeast(30), "needs admission policies");
      String namespace = scenario.namespace();
      scenario.fleet().application("bundle", "bundle", namespace, STAGING);
      scenario.commit(
          Map.of(
              "bundle/workloads.yaml",
              WORKLOADS,
              "bundle/settings.yaml",
              configMap("settings", "one")));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().value("settings").isPresent());
        scenario.verify();
        freeze(scenario, namespace);

        Findings findings =
            patiently()
                .until(
                    () -> scenario.findings(List.of(STAGING)),
                    // quantities are not literally what Git says; the policy begins after a while
                    found ->
                        found.incomparable().stream()
                            .anyMatch(line -> line.where().contains("Deployment")));

        assertThat(findings.violations()).isEmpty();
        assertThat(findings.incomparable())
            .extracting(Findings.Incomparable::where)
            .as("a ConfigMap is literally what Git says")
            .noneMatch(where -> where.contains("ConfigMap"));
        assertThat(sluice).isNotNull();
      }
    }
  }

  /** Denies all updates in a namespace. */
  private static void freeze(Scenario scenario, String namespace) {
    for (String definition : FREEZE.formatted(namespace).split("---\n", -1)) {
      Resource<?> resource = scenario.client(STAGING).resource(definition);
      scenario.fixture(STAGING).cleanUp(resource::delete);
      resource.serverSideApply();
    }
  }

  /** Replaces a ConfigMap by one with the same labels and other data that cannot be changed. */
  private static void replaceByImmutable(KubernetesClient client, String namespace, String name) {
    Resource<ConfigMap> resource = client.configMaps().inNamespace(namespace).withName(name);
    ConfigMap replacement =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace)
            .withLabels(resource.get().getMetadata().getLabels())
            .withAnnotations(resource.get().getMetadata().getAnnotations())
            .endMetadata()
            .withData(Map.of("value", "other"))
            .withImmutable(true)
            .build();
    resource.delete();
    client.resource(replacement).serverSideApply();
  }

  /** Writes a certificate into the webhook, as an injector of certificates does. */
  private static void injectCertificate(KubernetesClient client, String name) {
    ValidatingWebhookConfiguration webhook =
        patiently()
            .until(
                () ->
                    client
                        .admissionRegistration()
                        .v1()
                        .validatingWebhookConfigurations()
                        .withName(name)
                        .get(),
                Objects::nonNull);
    webhook.getWebhooks().getFirst().getClientConfig().setCaBundle("Cg==");
    client.resource(webhook).update();
  }

  private static void cleanUp(Scenario scenario, String namespace) {
    KubernetesClient client = scenario.client(STAGING);
    scenario
        .fixture(STAGING)
        .cleanUp(
            () -> {
              client
                  .apiextensions()
                  .v1()
                  .customResourceDefinitions()
                  .withName("probes.%s.example.org".formatted(namespace))
                  .delete();
              client.rbac().clusterRoles().withName(namespace + ":aggregate").delete();
              client.rbac().clusterRoles().withName(namespace + ":part").delete();
              client.rbac().clusterRoleBindings().withName(namespace + ":part").delete();
              if (!scenario.fixture(STAGING).isSimulated()) {
                client
                    .admissionRegistration()
                    .v1()
                    .validatingWebhookConfigurations()
                    .withName(namespace)
                    .delete();
              }
            });
  }
}
