package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
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

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: d}
      spec:
        %s
        selector: {matchLabels: {app: d}}
        template:
          metadata: {labels: {app: d}}
          spec:
            containers: [{name: c, image: "registry.local/app:1", %s}]
      """;

  private Bench bench;
  private long generation;

  @BeforeEach
  void open() {
    bench = new Bench();
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
