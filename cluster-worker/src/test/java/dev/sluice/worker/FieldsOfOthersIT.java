package dev.sluice.worker;

import static dev.sluice.worker.Targets.DEPLOYMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.simulated.fault.Fault;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fields that others, or the API server's defaults, left in objects that are applied again. */
@Tag("kubernetes")
final class FieldsOfOthersIT {

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: s, labels: {revision: "%s"}}
      spec:
        selector: {app: d}
        ports: [{name: http, port: 8080, targetPort: 8080}]
      """;

  private static final String BUNDLE =
      Base64.getEncoder().encodeToString("a bundle".getBytes(StandardCharsets.UTF_8));

  private Bench bench;
  private long generation;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aPortEditedByHandIsReplacedByTheOneInGit() {
    for (String editor : new String[] {"kubectl-edit", "kubectl-patch", "Mozilla"}) {
      apply(SERVICE.formatted(editor));
      patch(
          "v1",
          "Service",
          "s",
          editor,
          "[{\"op\": \"replace\", \"path\": \"/spec/ports/0/port\", \"value\": 9090}]");

      apply(SERVICE.formatted("after-" + editor));

      JsonNode ports = live("v1", "Service", "s").at("/spec/ports");
      assertThat(ports).hasSize(1);
      assertThat(ports.at("/0/port").asInt()).isEqualTo(8080);
    }
  }

  @Test
  void anObjectOfAnEarlierClientSideApplyLosesWhatGitDoesNotState() {
    HasMetadata deployment =
        bench
            .fixture
            .client()
            .resource(
                DEPLOYMENT.formatted(
                    "replicas: 0", "env: [{name: E, value: '1'}, {name: F, value: '2'}]"))
            .item();
    bench
        .fixture
        .client()
        .raw(
            "/apis/apps/v1/namespaces/%s/deployments?fieldManager=kubectl-client-side-apply"
                .formatted(bench.namespace),
            "POST",
            deployment);

    apply(DEPLOYMENT.formatted("replicas: 0", "env: [{name: E, value: '1'}]"));

    assertThat(live("apps/v1", "Deployment", "d").at("/spec/template/spec/containers/0/env"))
        .hasSize(1);
  }

  @Test
  void aVariableSetByHandIsReplacedByTheOneInGit() {
    apply(DEPLOYMENT.formatted("replicas: 0", "env: [{name: E, value: '1'}]"));
    patch(
        "apps/v1",
        "Deployment",
        "d",
        "kubectl-set",
        """
        [{"op": "replace", "path": "/spec/template/spec/containers/0/env/0/value", "value": "2"},
         {"op": "add", "path": "/spec/template/spec/containers/0/env/-",
          "value": {"name": "F", "value": "3"}}]
        """);

    apply(
        DEPLOYMENT.formatted(
            "replicas: 0", "env: [{name: E, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"));

    JsonNode variables =
        live("apps/v1", "Deployment", "d").at("/spec/template/spec/containers/0/env");
    assertThat(variables).hasSize(1);
    assertThat(variables.at("/0").has("value")).isFalse();
    assertThat(variables.at("/0/valueFrom/fieldRef/fieldPath").asText()).isEqualTo("metadata.name");
  }

  @Test
  void labelsAndAnnotationsOfPeopleGoAndThoseOfControllersAndRestartsStay() {
    apply(DEPLOYMENT.formatted("", "env: []"));
    patch("apps/v1", "Deployment", "d", "kubectl-label", annotation("by-hand"));
    patch("apps/v1", "Deployment", "d", "some-controller", annotation("by-controller"));
    patch(
        "apps/v1",
        "Deployment",
        "d",
        "kubectl-rollout",
        """
        [{"op": "add", "path": "/spec/template/metadata/annotations",
          "value": {"kubectl.kubernetes.io/restartedAt": "2024-01-01T00:00:00Z"}}]
        """);
    patch(
        "apps/v1",
        "Deployment",
        "d",
        "kubectl-edit",
        "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 0}]");

    apply(DEPLOYMENT.formatted("minReadySeconds: 1", "env: []"));

    JsonNode live = live("apps/v1", "Deployment", "d");
    assertThat(live.at("/metadata/annotations").has("by-hand")).isFalse();
    assertThat(live.at("/metadata/annotations").has("by-controller")).isTrue();
    assertThat(
            live.at("/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt")
                .asText())
        .isNotEmpty();
    assertThat(live.at("/spec/replicas").asInt()).isZero();
  }

  @Test
  void theRulesOfAnAggregatedRoleStayAsItsControllerFillsThem() {
    String name = bench.namespace + "-aggregated";
    String role =
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: %1$s, labels: {revision: "%2$s"}}
        aggregationRule: {clusterRoleSelectors: [{matchLabels: {part-of: %1$s}}]}
        rules: []
        """;
    String part =
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: %1$s-part, labels: {part-of: %1$s}}
        rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
        """
            .formatted(name);
    apply(role.formatted(name, 1), part);
    Supplier<JsonNode> live =
        () ->
            new ObjectMapper()
                .valueToTree(bench.fixture.client().rbac().clusterRoles().withName(name).get());
    await().atMost(Bench.PATIENCE).until(() -> live.get().path("rules").size() == 1);
    long generations = managers(live.get());

    apply(role.formatted(name, 2), part);

    assertThat(live.get().at("/metadata/labels/revision").asText()).isEqualTo("2");
    assertThat(live.get().path("rules")).hasSize(1);
    assertThat(managers(live.get())).as("managers of the rules").isEqualTo(generations);
  }

  /** Returns the number of managers of the rules that are not Sluice. */
  private static long managers(JsonNode role) {
    return role.at("/metadata/managedFields")
        .valueStream()
        .filter(entry -> entry.path("fieldsV1").has("f:rules"))
        .filter(entry -> !entry.path("manager").asText().equals("sluice"))
        .count();
  }

  @Test
  void aCaBundleStaysAsItsControllerFillsIt() {
    assumeTrue(
        bench
            .fixture
            .client()
            .supports("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"));
    String name = bench.namespace + "-hook";
    String hook =
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: {name: %s, labels: {revision: "%s"}}
        webhooks:
        - name: a.example.org
          admissionReviewVersions: [v1]
          sideEffects: None
          failurePolicy: Ignore
          rules: [{apiGroups: [example.org], apiVersions: [v1], resources: [none], operations: [CREATE]}]
          clientConfig: {service: {namespace: a, name: a}, caBundle: "%s"}
        """;
    Supplier<JsonNode> live =
        () ->
            new ObjectMapper()
                .valueToTree(
                    bench
                        .fixture
                        .client()
                        .admissionRegistration()
                        .v1()
                        .validatingWebhookConfigurations()
                        .withName(name)
                        .get());
    apply(hook.formatted(name, 1, "Cg=="));
    bench
        .fixture
        .client()
        .admissionRegistration()
        .v1()
        .validatingWebhookConfigurations()
        .withName(name)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager("cainjector")
                .build(),
            "[{\"op\": \"replace\", \"path\": \"/webhooks/0/clientConfig/caBundle\","
                + " \"value\": \"%s\"}]".formatted(BUNDLE));

    apply(hook.formatted(name, 2, "Cg=="));

    assertThat(live.get().at("/metadata/labels/revision").asText()).isEqualTo("2");
    assertThat(live.get().at("/webhooks/0/clientConfig/caBundle").asText()).isEqualTo(BUNDLE);
  }

  @Test
  void anotherStrategyReplacesTheDefaultsOfTheOneBefore() {
    for (String strategy :
        new String[] {"{type: Recreate}", "{type: Recreate, rollingUpdate: null}"}) {
      apply(DEPLOYMENT.formatted("replicas: 0", "env: []"));

      apply(DEPLOYMENT.formatted("strategy: " + strategy, "env: []"));

      assertThat(live("apps/v1", "Deployment", "d").at("/spec/strategy"))
          .hasToString("{\"type\":\"Recreate\"}");
    }
  }

  @Test
  void anotherHandlerVolumeOrSourceOfAVariableReplacesTheOneOfAnotherManager() {
    apply(
        DEPLOYMENT
            .formatted("replicas: 0", "env: [{name: E}], livenessProbe: {exec: {command: [a]}}")
            .replace("containers:", "volumes: [{name: v, emptyDir: {}}]\n      containers:"));
    patch(
        "apps/v1",
        "Deployment",
        "d",
        "some-operator",
        """
        [{"op": "add", "path": "/spec/template/spec/containers/0/env/0/value", "value": "2"},
         {"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe",
          "value": {"httpGet": {"port": 80}}},
         {"op": "replace", "path": "/spec/template/spec/volumes/0",
          "value": {"name": "v", "secret": {"secretName": "a"}}}]
        """);

    apply(
        DEPLOYMENT
            .formatted(
                "replicas: 0",
                "env: [{name: E, valueFrom: {fieldRef: {fieldPath: metadata.name}}}],"
                    + " livenessProbe: {tcpSocket: {port: 80}}")
            .replace(
                "containers:", "volumes: [{name: v, configMap: {name: a}}]\n      containers:"));

    JsonNode spec = live("apps/v1", "Deployment", "d").at("/spec/template/spec");
    assertThat(spec.at("/containers/0/env/0").has("value")).isFalse();
    assertThat(spec.at("/containers/0/livenessProbe").has("tcpSocket")).isTrue();
    assertThat(spec.at("/containers/0/livenessProbe").has("httpGet")).isFalse();
    assertThat(spec.at("/containers/0/livenessProbe/periodSeconds").asInt()).isEqualTo(10);
    assertThat(spec.at("/volumes/0").has("secret")).isFalse();
    assertThat(spec.at("/volumes/0/configMap/name").asText()).isEqualTo("a");
  }

  @Test
  void aRefusalForAnotherReasonLeavesTheManagersOfFields() {
    apply(DEPLOYMENT.formatted("replicas: 0", "env: []"));

    bench.targets.send(
        bench.targets.target("web", ++generation, DEPLOYMENT.formatted("replicas: -1", "env: []")));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(DeadLetterEvent.Opened.class).isEmpty());

    JsonNode own =
        live("apps/v1", "Deployment", "d")
            .at("/metadata/managedFields")
            .valueStream()
            .filter(entry -> entry.path("manager").asText().equals("sluice"))
            .findFirst()
            .orElseThrow();
    assertThat(own.at("/fieldsV1/f:spec").has("f:replicas")).isTrue();
    assertThat(own.at("/fieldsV1/f:spec").has("f:strategy")).isFalse();
  }

  @Test
  void anObjectThatIsDeletedOrChangedMeanwhileIsReadAgain() {
    assumeTrue(bench.fixture.isSimulated(), "needs requests that fail");
    apply(DEPLOYMENT.formatted("replicas: 0", "env: []"));
    patch("apps/v1", "Deployment", "d", "kubectl-label", annotation("by-hand"));
    failOnce(new Fault.Fail(404, "NotFound", "it was deleted meanwhile"));

    apply(DEPLOYMENT.formatted("minReadySeconds: 1", "env: []"));

    assertThat(live("apps/v1", "Deployment", "d").at("/metadata/annotations").has("by-hand"))
        .isFalse();
    failOnce(new Fault.Fail(409, "Conflict", "it was changed meanwhile"));

    apply(DEPLOYMENT.formatted("strategy: {type: Recreate}", "env: []"));

    assertThat(live("apps/v1", "Deployment", "d").at("/spec/strategy"))
        .hasToString("{\"type\":\"Recreate\"}");
    assertThat(bench.results.all(ResultEvent.Retrying.class)).isEmpty();
    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
  }

  /** Fails the next change of an object's managers. */
  private void failOnce(Fault fault) {
    bench
        .fixture
        .simulatedCluster()
        .faults()
        .injectOnce(
            request -> request.method().equals("PATCH") && request.body().contains("managedFields"),
            fault);
  }

  private static String annotation(String name) {
    return "[{\"op\": \"add\", \"path\": \"/metadata/annotations/%s\", \"value\": \"1\"}]"
        .formatted(name);
  }

  private void apply(String... manifests) {
    generation++;
    bench.targets.send(bench.targets.target("web", generation, manifests));
    bench.awaitApplied("web", generation);
  }

  private void patch(String apiVersion, String kind, String name, String manager, String patch) {
    resource(apiVersion, kind, name)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager(manager)
                .build(),
            patch);
  }

  private JsonNode live(String apiVersion, String kind, String name) {
    return new ObjectMapper().valueToTree(resource(apiVersion, kind, name).get());
  }

  private Resource<GenericKubernetesResource> resource(
      String apiVersion, String kind, String name) {
    return bench
        .fixture
        .client()
        .genericKubernetesResources(apiVersion, kind)
        .inNamespace(bench.namespace)
        .withName(name);
  }
}
